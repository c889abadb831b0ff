import { expect, test } from "vitest";

import { chosenWith } from "./permissions";

const ALL = ["members:read", "members:change", "guests:read", "guests:create", "guests:change"];

test("whoever may change something may read it", () => {
  expect(chosenWith([], "members:change", true, ALL)).toEqual(["members:read", "members:change"]);
});

test("whoever may no longer read something may not change it either", () => {
  expect(chosenWith(["members:read", "members:change", "guests:create"], "members:read", false, ALL)).toEqual([
    "guests:create",
  ]);
});

test("whoever may invite guests need not see all of them", () => {
  expect(chosenWith([], "guests:create", true, ALL)).toEqual(["guests:create"]);
  const all = ["guests:read", "guests:create", "guests:change"];
  expect(chosenWith(all, "guests:read", false, ALL)).toEqual(["guests:create"]);
});
