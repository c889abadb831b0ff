import { expect, test } from "vitest";

import type { Department } from "../../../api/schema";
import { type Level, TOP } from "../../../api/departmentLevels";
import { nodesBelow, placeOf } from "./nodes";

const department = (id: string, parent: string | null, children = 0): Department => ({
  id,
  parent,
  children,
  name: id.toUpperCase(),
  members: 0,
  path: [],
  position: 0,
  version: 1,
});

test("the tree goes as deep as its levels have been read", () => {
  const levels = new Map<string, Level>([
    [TOP, { items: [department("a", null, 2), department("b", null, 1)], next: "b" }],
    ["a", { items: [department("c", "a"), department("d", "a", 1)] }],
  ]);
  const nodes = nodesBelow(levels);
  expect(nodes.map(({ key }) => key)).toEqual(["a", "b", "more:top"]);
  const [a, b] = nodes;
  expect(a).toMatchObject({
    isLeaf: false,
    children: [
      { key: "c", isLeaf: true },
      { key: "d", isLeaf: false },
    ],
  });
  expect(b).toMatchObject({ isLeaf: false, children: undefined });
});

test("a dropped row is placed below what it was dropped on, or beside it", () => {
  const target = department("c", "a");
  expect(placeOf(target, "onto")).toEqual({ parent: "c" });
  const [first] = nodesBelow(new Map([[TOP, { items: [department("f", "c")] }]]));
  expect(placeOf(target, "onto", first)).toEqual({ parent: "c", before: "f" });
  expect(placeOf(target, "before")).toEqual({ parent: "a", before: "c" });
  expect(placeOf(department("b", null), "after")).toEqual({ parent: null, after: "b" });
});
