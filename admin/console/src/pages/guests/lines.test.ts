import { expect, test } from "vitest";

import { draftsOf, lineOf } from "./lines";

test("each line that is not empty is a guest, however its parts are parted", () => {
  expect(draftsOf("li.na, 李娜, li.na@partner.example, +8613900000000\n\nwang.wei\t王伟\ngil，Gil，\n")).toEqual([
    { username: "li.na", display_name: "李娜", email: "li.na@partner.example", mobile: "+8613900000000" },
    { username: "wang.wei", display_name: "王伟" },
    { username: "gil", display_name: "Gil" },
  ]);
});

test("who has no name is called by the username", () => {
  expect(draftsOf("gil")).toEqual([{ username: "gil", display_name: "gil" }]);
});

test("a guest is found on the line as it is counted with those that are empty", () => {
  const text = "\nli.na\n\n\nwang.wei";
  expect([lineOf(text, 0), lineOf(text, 1)]).toEqual([2, 5]);
});
