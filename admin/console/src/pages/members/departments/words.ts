import { texts } from "../../../language/texts";

/** What the parts about departments share. */
export const t = texts({
  departments: ["部门", "Departments"],
  everybody: ["全部成员", "All members"],
  create: ["新建部门", "New department"],
  add: ["添加已有成员", "Add existing members"],
  createBelow: ["新建下级部门", "New department below"],
  up: ["上移", "Move up"],
  down: ["下移", "Move down"],
  edit: ["编辑部门", "Edit department"],
  remove: ["删除部门", "Delete department"],
  name: ["部门名称", "Name"],
  parent: ["上级部门", "Parent department"],
  top: ["留空表示顶级部门。", "Leave empty to put it at the top."],
  search: ["搜索部门名称或拼音", "Search departments"],
  noMatch: ["没有名称相符的部门", "No department has such a name"],
  none: ["还没有部门", "No departments yet"],
  noneHint: [
    "用部门安排成员，再按部门授权应用。",
    "Arrange people in departments, then grant applications to departments.",
  ],
  more: ["显示更多", "Show more"],
  manage: ["管理部门", "Manage department"],
  choose: ["选择部门", "Choose a department"],
  actions: (name: string) => [`“${name}”的操作`, `Actions for “${name}”`],
  tree: ["部门树", "Tree of departments"],
  people: (n: number) => [`${n} 人`, n === 1 ? "1 person" : `${n} people`],
});
