/** One field that a change changed. */
export type FieldChange = { field: string; before: string | undefined; after: string | undefined };

/** What changed from one state of a thing to the next, field by field; what stayed is left out. */
export function difference(before: unknown, after: unknown): FieldChange[] {
  const [was, is] = [flat(before), flat(after)];
  const fields = new Set([...was.keys(), ...is.keys()]);
  return [...fields]
    .filter((field) => was.get(field) !== is.get(field) && !BOOKKEEPING.has(field))
    .map((field) => ({ field, before: was.get(field), after: is.get(field) }));
}

/** These change with every change, and say nothing. */
const BOOKKEEPING = new Set(["version", "updated_at"]);

function flat(value: unknown, path = "", found = new Map<string, string>()): Map<string, string> {
  if (value === null || value === undefined || value === "") return found;
  if (Array.isArray(value)) {
    value.forEach((item, index) => flat(item, `${path}[${index}]`, found));
  } else if (typeof value === "object") {
    for (const [key, inner] of Object.entries(value)) flat(inner, path ? `${path}.${key}` : key, found);
  } else {
    found.set(path || "·", String(value));
  }
  return found;
}
