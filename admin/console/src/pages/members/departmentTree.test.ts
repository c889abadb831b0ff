import { expect, test } from "vitest";

import { departmentTree, pathOf } from "./departmentTree";

const department = (id: string, parent: string | null, position: number) => ({
  id,
  name: id,
  parent,
  position,
  version: 1,
});
const some = [
  department("back", "rd", 2),
  department("rd", null, 1),
  department("front", "rd", 1),
  department("lost", "gone", 1),
];

test("departments stand below their parents, in order, and none is lost", () => {
  const tree = departmentTree(some);
  expect(tree.map((node) => node.key)).toEqual(["lost", "rd"]);
  expect(tree[1]?.children.map((node) => node.key)).toEqual(["front", "back"]);
});

test("the path of a department begins at the top", () => {
  expect(pathOf(some, "back")).toEqual(["rd", "back"]);
  expect(pathOf(some, "nobody")).toEqual([]);
});
