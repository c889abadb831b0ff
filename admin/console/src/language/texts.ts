import { isChinese } from "./language";

/** So many of something, in English: `1 member`, `2 members`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}

/** Names one after the other, as the reader's language strings them. */
export function listed(names: readonly string[]): string {
  return names.join(isChinese ? "、" : ", ");
}

/** A text in both languages, Chinese first. */
type Both = readonly [zh: string, en: string];
type Entry = Both | ((...about: never[]) => Both);
type Told<E> = E extends (...about: infer A) => Both ? (...about: A) => string : string;

/** The one of the two that the reader reads. */
export function pick([zh, en]: Both): string {
  return isChinese ? zh : en;
}

/**
 * Declares the texts of a page, each in both languages, side by side, so that none can be missing in
 * one of them. An entry that depends on something is a function.
 */
export function texts<const T extends Record<string, Entry>>(both: T): { readonly [K in keyof T]: Told<T[K]> } {
  const told = Object.entries(both).map(([name, entry]) => [
    name,
    typeof entry === "function"
      ? (...about: never[]) => pick((entry as (...about: never[]) => Both)(...about))
      : pick(entry),
  ]);
  return Object.fromEntries(told) as { readonly [K in keyof T]: Told<T[K]> };
}
