import { expect, test } from "vitest";

import { filterOf, isNarrow } from "./view";

test("a department is shown with all below it, unless only its own people are wanted", () => {
  expect(filterOf({ department: "d" })).toMatchObject({ department: "d", below: true });
  expect(filterOf({ department: "d", direct: "1" }).below).toBeUndefined();
  expect(filterOf({ direct: "1" }).below).toBeUndefined();
});

test("a list is narrow if something besides the department narrows it", () => {
  expect(isNarrow({ department: "d", sort: "created_at", member: "m" })).toBe(false);
  expect(isNarrow({ department: "d", kind: "guest" })).toBe(true);
});
