import type { SyncChange } from "../../api/schema";
import { texts } from "../../language/texts";
import { changedFields } from "./fields";
import { CHANGES, OBJECTS, OUTCOMES, reasonText, wordOf } from "./words";

const t = texts({
  object: ["对象", "Object"],
  change: ["更改", "Change"],
  name: ["名称", "Name"],
  key: ["目录标识", "Key in the directory"],
  outcome: ["结果", "Outcome"],
  reason: ["原因", "Reason"],
  what: ["内容", "What changes"],
});

/** As the exports of the server: what a spreadsheet would take for a formula (CWE-1236) begins so. */
const FORMULA = /^\s*[=+\-@\t\r\n＝＋－＠−]|^[\t\r\n]/u;
const MARKED = /^'+\s*[=+\-@\t\r\n＝＋－＠−]/u;

/** A text as it may stand in a cell. */
export function cell(text: string): string {
  const neutral = FORMULA.test(text) || MARKED.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(neutral) ? `"${neutral.replaceAll('"', '""')}"` : neutral;
}

/** Changes as a table for spreadsheets. */
export function csvOf(changes: readonly SyncChange[]): string {
  const rows = changes.map((change) => [
    wordOf(OBJECTS, change.object),
    wordOf(CHANGES, change.kind),
    change.name,
    change.key,
    wordOf(OUTCOMES, change.outcome),
    reasonText(change.reason),
    changedFields(change.before, change.after)
      .map(({ label, before = "–", after = "–" }) => `${label}: ${before} → ${after}`)
      .join("; "),
  ]);
  const head = [t.object, t.change, t.name, t.key, t.outcome, t.reason, t.what];
  return `\uFEFF${[head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`;
}
