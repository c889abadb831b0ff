import { expect, test } from "vitest";

import { clockOf, minutesOf } from "./clock";

test("each minute of a day is shown and read as itself", () => {
  for (const minutes of [0, 1, 59, 60, 150, 719, 1439]) expect(minutesOf(clockOf(minutes), false)).toBe(minutes);
  expect(clockOf(150).format("HH:mm")).toBe("02:30");
});

test("a time that ends at midnight ends with the day", () => {
  expect(clockOf(1440).format("HH:mm")).toBe("00:00");
  expect(minutesOf(clockOf(1440), true)).toBe(1440);
  expect(minutesOf(clockOf(1439), true)).toBe(1439);
});
