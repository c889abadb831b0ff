import { expect, test } from "vitest";

import { changedFields } from "./fields";

const told = (before: object | null, after: object | null) =>
  changedFields(before, after).map(({ field, before, after }) => [field, before, after]);

test("only what changes is told, in words", () => {
  const before = { username: "a", mobile: null, status: "active", email_verified: false };
  const after = { username: "a", mobile: "+861", status: "disabled", email_verified: true };
  expect(told(before, after)).toEqual([
    ["email_verified", "No", "Yes"],
    ["mobile", undefined, "+861"],
    ["status", "Active", "Disabled"],
  ]);
});

test("departments go by their names, and by nothing where there is none", () => {
  const before = { departments: [] };
  const after = {
    departments: [
      { id: "1", name: "R&D" },
      { id: "2", name: "Quality" },
    ],
  };
  expect(told(before, after)).toEqual([["departments", undefined, "R&D, Quality"]]);
});

test("what is made or removed is told whole, without what the reader has no word for", () => {
  expect(told(null, { name: "R&D", position: 0, version: 3 })).toEqual([
    ["name", undefined, "R&D"],
    ["position", undefined, "0"],
  ]);
  expect(told({ name: "R&D", parent: "9" }, null)).toEqual([
    ["name", "R&D", undefined],
    ["parent", "9", undefined],
  ]);
});
