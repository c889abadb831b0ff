import { texts } from "../../language/texts";

/** What the pages about people share. */
export const t = texts({
  title: ["成员与部门", "Members & departments"],
  lead: [
    "管理组织中的人和他们所在的部门；应用可以按部门、用户组或个人授权。",
    "The people of the organisation and their departments; applications are granted to departments, groups or people.",
  ],
  everybody: ["全部成员", "All members"],
  import: ["导入", "Import"],
  create: ["新建成员", "New member"],
  edit: ["编辑", "Edit"],
  editTitle: (name: string) => [`编辑“${name}”`, `Edit ${name}`],
  name: ["姓名", "Name"],
  username: ["用户名", "Username"],
  usernameHint: ["登录时使用，不区分大小写。", "Used to sign in; upper and lower case are the same."],
  email: ["邮箱", "Email"],
  verified: [
    "邮箱已确认属于本人（可用于登录）",
    "Verified: the address is known to be theirs (it may be used to sign in)",
  ],
  verifiedTag: ["已验证", "Verified"],
  mobile: ["手机号", "Mobile"],
  number: ["工号", "Employee number"],
  contact: ["联系方式", "Contact"],
  kind: ["类型", "Type"],
  member: ["成员", "Member"],
  guest: ["访客", "Guest"],
  departments: ["部门", "Departments"],
  departmentsHint: ["第一个是主部门。", "The first is the main one."],
  group: ["用户组", "Group"],
  direct: ["仅直属成员", "Direct members only"],
  lastSignIn: ["上次登录", "Last sign-in"],
  never: ["从未登录", "Never"],
  password: ["密码", "Password"],
  isSet: ["已设置", "Set"],
  notSet: ["未设置", "Not set"],
  secondFactor: ["两步验证", "Two-step verification"],
  isOn: ["已开启", "On"],
  isOff: ["未开启", "Off"],
  locked: ["已锁定", "Locked"],
  source: ["来源", "Source"],
  here: ["在此创建", "Created here"],
  groups: ["用户组", "Groups"],
  roles: ["管理角色", "Roles"],
  role: ["角色", "Role"],
  status: ["状态", "Status"],
  created: ["创建时间", "Created"],
  updated: ["最后修改", "Last changed"],
  search: ["搜索姓名、拼音、用户名、邮箱、手机号", "Search name, username, email, mobile"],
  none: ["没有符合条件的成员", "No members match"],
  noneMore: ["换一个关键词，或清除筛选条件。", "Try another search, or clear the filters."],
  clear: ["清除筛选", "Clear filters"],
  noneYet: ["这里还没有成员", "No members here yet"],
  noneHint: [
    "新建成员后，把一次性链接交给本人，由本人设置密码。",
    "Create a member, then hand them a one-time link with which they set a password.",
  ],
});

export const STATUSES = texts({
  active: ["正常", "Active"],
  disabled: ["已停用", "Disabled"],
  left: ["已离职", "Left"],
});

export type Status = keyof typeof STATUSES;
