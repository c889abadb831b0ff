import type { Department } from "../../../api/schema";
import { type Level, TOP } from "../../../api/departmentLevels";

/** A row of the tree: a department, or the means to show more of a level. */
export type Node =
  | { kind: "department"; key: string; title: string; department: Department; isLeaf: boolean; children?: Node[] }
  | { kind: "more"; key: string; title: string; parent: string; isLeaf: true; selectable: false };

/** The tree as far as its levels have been read. */
export function nodesBelow(levels: ReadonlyMap<string, Level>, parent: string = TOP): Node[] {
  const level = levels.get(parent);
  if (!level) return [];
  const nodes: Node[] = level.items.map((department) => ({
    kind: "department",
    key: department.id,
    title: department.name,
    department,
    isLeaf: department.children === 0,
    children: levels.has(department.id) ? nodesBelow(levels, department.id) : undefined,
  }));
  if (level.next)
    nodes.push({ kind: "more", key: `more:${parent}`, title: "", parent, isLeaf: true, selectable: false });
  return nodes;
}

/**
 * What the API is told when a row was dropped: onto another, or into the gap before or after it. What
 * is dropped onto a row that is open comes first below it, where it is seen to land.
 */
export function placeOf(target: Department, drop: "onto" | "before" | "after", first?: Node) {
  if (drop !== "onto") return { parent: target.parent ?? null, [drop]: target.id };
  return first?.kind === "department" ? { parent: target.id, before: first.key } : { parent: target.id };
}
