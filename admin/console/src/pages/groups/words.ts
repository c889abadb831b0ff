import { texts } from "../../language/texts";

/** What the pages about groups share. */
export const t = texts({
  title: ["用户组", "Groups"],
  lead: [
    "把跨部门的人归为一组，再在应用的访问规则中引用。",
    "Gather people across departments, and name the group in the access rules of applications.",
  ],
  create: ["新建用户组", "New group"],
  edit: ["编辑", "Edit"],
  editTitle: (name: string) => [`编辑“${name}”`, `Edit ${name}`],
  remove: ["删除", "Delete"],
  name: ["名称", "Name"],
  description: ["说明", "Description"],
  members: ["成员", "Members"],
  count: (n: number) => [`${n} 名成员`, n === 1 ? "1 member" : `${n} members`],
});
