import { texts } from "../../language/texts";

/** What the pages about people share. */
export const t = texts({
  title: ["成员与部门", "Members & departments"],
  lead: ["组织里的人，以及他们所在的部门。", "The people of the organisation, and the departments they belong to."],
  everybody: ["全部成员", "Everybody"],
  create: ["新建成员", "New member"],
  edit: ["编辑", "Edit"],
  name: ["姓名", "Name"],
  username: ["用户名", "Username"],
  usernameHint: ["登录时使用，不区分大小写。", "To sign in with, in upper or lower case."],
  email: ["邮箱", "Mail address"],
  verified: ["邮箱已确认属于本人（可用于登录）", "The address is known to be theirs (it may be used to sign in)"],
  mobile: ["手机号", "Mobile"],
  number: ["工号", "Employee number"],
  kind: ["类型", "Kind"],
  member: ["成员", "Member"],
  guest: ["访客", "Guest"],
  departments: ["部门", "Departments"],
  departmentsHint: ["第一个是主部门。", "The first is the main one."],
  groups: ["用户组", "Groups"],
  roles: ["角色", "Roles"],
  status: ["状态", "Status"],
  created: ["创建时间", "Made"],
  search: ["搜索姓名、用户名、邮箱、手机号", "Search name, username, mail address, mobile"],
  none: ["没有符合条件的成员", "Nobody matches"],
  noneYet: ["这里还没有成员", "Nobody is here yet"],
  noneHint: [
    "新建成员后，把一次性链接交给本人，由本人设置密码。",
    "Make a member, then hand them a one-time link with which they set a password.",
  ],
});

export const STATUSES = texts({
  active: ["正常", "Active"],
  disabled: ["已停用", "Disabled"],
  left: ["已离职", "Left"],
});

export type Status = keyof typeof STATUSES;

export const STATUS_COLOURS: Readonly<Record<string, string>> = {
  active: "success",
  disabled: "warning",
  left: "default",
};
