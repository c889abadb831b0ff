import type { LocalText } from "../api/schema";
import { isChinese } from "./language";

/** A name that somebody wrote in one or both languages, as the reader reads it. */
export function nameOf(text: LocalText | undefined): string {
  const [first, second] = isChinese ? [text?.["zh-CN"], text?.en] : [text?.en, text?.["zh-CN"]];
  return (first || second) ?? "";
}
