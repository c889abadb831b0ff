import { api, told } from "../../../api/client";
import type { Department, Place } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { useAction } from "../../../parts/useAction";

const t = texts({
  moved: ["已移动", "Moved"],
  title: (name: string) => [`移动部门“${name}”？`, `Move the department “${name}”?`],
  below: (to: string, people: number) => [
    `它和其下 ${people} 名成员将移到“${to}”之下，并受该部门的访问规则约束。`,
    `It goes below “${to}” with its ${people} members, to whom the rules for that department then apply.`,
  ],
  beside: (to: string, people: number) => [
    `它和其下 ${people} 名成员将移到“${to}”旁边，并受新上级部门的访问规则约束。`,
    `It goes beside “${to}” with its ${people} members, to whom the rules for the departments above then apply.`,
  ],
  move: ["移动", "Move"],
});

/** Moves a department; asks first where it comes below another one, since rules follow the tree. */
export function useMove() {
  const { act, ask } = useAction();
  return (department: Department, target: Department, body: Place) => {
    const params = { path: { id: department.id }, header: { "If-Match": `"${department.version}"` } };
    const move = () => told(api.POST("/departments/{id}/move", { params, body }));
    if ((body.parent ?? null) === (department.parent ?? null)) return void act(move, t.moved);
    const people = department.members_below ?? department.members;
    const content = body.parent === target.id ? t.below(target.name, people) : t.beside(target.name, people);
    ask({ title: t.title(department.name), content, okText: t.move }, move);
  };
}
