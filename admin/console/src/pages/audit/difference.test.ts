import { expect, test } from "vitest";

import { difference } from "./difference";

test("a change is told field by field, without what stayed", () => {
  const before = { name: "Wiki", hosts: ["a", "b"], limits: { size: 1 }, version: 1 };
  const after = { name: "Wiki", hosts: ["a", "c"], limits: { size: 1, rate: 5 }, version: 2 };
  expect(difference(before, after)).toEqual([
    { field: "hosts[1]", before: "b", after: "c" },
    { field: "limits.rate", before: undefined, after: "5" },
  ]);
});

test("what was made or removed is told whole", () => {
  expect(difference(undefined, { name: "x" })).toEqual([{ field: "name", before: undefined, after: "x" }]);
  expect(difference({ name: "x", note: null }, undefined)).toEqual([{ field: "name", before: "x", after: undefined }]);
});
