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
  forGuests: ["访客组", "A group for guests"],
  forGuestsHint: [
    "只有访客可以加入。任何可以邀请访客的人都能把访客放入任何访客组，访客由此得到该组的访问权限；组内有人时不能更改。",
    "Guests alone are in it. Everybody who may invite guests can put theirs into any such group, and so give them what it opens. Not to be changed while somebody is in it.",
  ],
  guestsTag: ["访客组", "For guests"],
  count: (n: number) => [`${n} 名成员`, n === 1 ? "1 member" : `${n} members`],
});
