import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { RESOURCES } from "../../parts/permissions";
import { ACTIONS, TARGETS } from "./words";

const SERVER = join(import.meta.dirname, "../../../../src");

/** What the server is made of, tests left out. */
const sources = readdirSync(SERVER, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".rs") && !name.includes("tests"))
  .map((name) => readFileSync(join(SERVER, name), "utf8").split("#[cfg(test)]")[0] ?? "");

/** The words in quotes that stand in what a pattern finds. */
function quoted(pattern: RegExp): string[] {
  const found = sources.flatMap((source) => [...source.matchAll(pattern)].map(([text]) => text));
  return [...new Set(found.flatMap((text) => [...text.matchAll(/"([a-z_]+)"/g)].map(([, word = ""]) => word)))];
}

test("each action that the server records has its words", () => {
  const actions = [
    ...quoted(/\b(commit|note)\(\s*"[a-z_]+"/g),
    ...quoted(/\baudit\([^()]*"[a-z_]+"\)/g),
    ...quoted(/\bset\(edit, "[a-z_]+"/g),
    ...quoted(/\baction: "[a-z_]+"/g),
    ...quoted(/\blet action = [^;]*;/g),
    ...quoted(/Self::(Read|Create|Change|Remove) => "[a-z_]+"/g),
  ];
  expect(actions.length).toBeGreaterThan(30);
  expect(actions.filter((action) => !(action in ACTIONS))).toEqual([]);
});

test("each kind of thing that the server records has its words", () => {
  const kinds = [
    ...quoted(/Target \{\s*kind: "[a-z_]+"/g),
    ...quoted(/\btarget\(\s*"[a-z_]+"/g),
    ...quoted(/\bDOCUMENT: &'static str = "[a-z_]+"/g),
    ...quoted(/\brow\(Resource::\w+, *"[a-z_]+"/g).filter((name) => name !== "caller"),
  ];
  expect(kinds.length).toBeGreaterThan(30);
  expect(kinds.filter((kind) => !(kind in TARGETS) && !(kind in RESOURCES))).toEqual([]);
});
