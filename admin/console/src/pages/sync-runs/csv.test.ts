import { expect, test } from "vitest";

import type { SyncChange } from "../../api/schema";
import { cell, csvOf } from "./csv";

test("what a spreadsheet would run is made plain text", () => {
  for (const text of ["=1+1", "+86", "-1", "@x", "\t=1", "  =1", "＝1", "\u22121", "'=1", "''=1"]) {
    expect(cell(text).replace(/^"/, "")).toMatch(/^'/);
  }
  for (const text of ["张三", "a=1", "'quoted'", ""]) expect(cell(text)).toBe(text);
});

test("commas, quotes and ends of lines are quoted", () => {
  expect(cell('a, "b"')).toBe('"a, ""b"""');
  expect(cell("a\nb")).toBe('"a\nb"');
});

test("a change is one row, in words", () => {
  const change = {
    seq: 1,
    object: "person",
    kind: "update",
    key: "8f0c",
    name: "=cmd()",
    outcome: "failed",
    before: { mobile: null },
    after: { mobile: "+861" },
    reason: { en: "taken", "zh-CN": "占用" },
  } as unknown as SyncChange;
  const [head, row] = csvOf([change]).split("\r\n");
  expect(head).toBe("\uFEFFObject,Change,Name,Key in the directory,Outcome,Reason,What changes");
  expect(row).toBe("Person,Update,'=cmd(),8f0c,Failed,taken,Mobile: – → +861");
});
