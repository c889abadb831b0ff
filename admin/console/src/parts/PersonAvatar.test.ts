import { expect, test } from "vitest";

import { lettersOf } from "./PersonAvatar";

test("a name is known by a few of its letters", () => {
  expect(lettersOf("欧阳娜娜")).toBe("娜娜");
  expect(lettersOf("张伟")).toBe("张伟");
  expect(lettersOf("Emma Jane Stone")).toBe("ES");
  expect(lettersOf("root")).toBe("R");
  expect(lettersOf("")).toBe("");
});
