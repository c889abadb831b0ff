import type { Department } from "../../api/schema";

export type DepartmentNode = { key: string; title: string; children: DepartmentNode[]; department: Department };

/** The tree of departments, each level in its order. One whose parent is missing stands at the top. */
export function departmentTree(departments: readonly Department[]): DepartmentNode[] {
  const nodes = new Map(
    departments.map((department) => [
      department.id,
      { key: department.id, title: department.name, children: [], department } as DepartmentNode,
    ]),
  );
  const tops: DepartmentNode[] = [];
  const inOrder = [...nodes.values()].sort(
    (a, b) => a.department.position - b.department.position || a.title.localeCompare(b.title),
  );
  for (const node of inOrder) {
    const above = node.department.parent ? nodes.get(node.department.parent) : undefined;
    (above?.children ?? tops).push(node);
  }
  return tops;
}

/** The names from the top down to a department. */
export function pathOf(departments: readonly Department[], id: string): string[] {
  const byId = new Map(departments.map((department) => [department.id, department]));
  const names: string[] = [];
  let at = byId.get(id);
  while (at && names.length < 64) {
    names.unshift(at.name);
    at = at.parent ? byId.get(at.parent) : undefined;
  }
  return names;
}
