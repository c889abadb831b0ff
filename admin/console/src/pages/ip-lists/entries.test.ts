import { expect, test } from "vitest";

import { lineOf } from "./entries";

test("an entry is written as it can be pasted again", () => {
  expect(lineOf({ range: "192.0.2.0/24", note: "" })).toBe("192.0.2.0/24");
  expect(lineOf({ range: "192.0.2.7", note: "a door" })).toBe("192.0.2.7 # a door");
});

test("an entry that ends with a day in UTC names that day, another its moment", () => {
  const end = Date.UTC(2027, 1, 1);
  expect(lineOf({ range: "192.0.2.7", note: "", expires_at: end })).toBe("192.0.2.7 until=2027-01-31");
  expect(lineOf({ range: "192.0.2.7", note: "x", expires_at: end + 1 })).toBe(
    "192.0.2.7 until=2027-02-01T00:00:00.001Z # x",
  );
});
