import type { BatchAction } from "../../../api/schema";
import { plural, texts } from "../../../language/texts";

export type BatchKind = BatchAction["kind"];

type Kind = {
  kind: BatchKind;
  /** What it takes, beside leave to change members. */
  permission: string;
  isDanger?: boolean;
  /** What has to be chosen, too. */
  needs?: "department" | "group";
};

/** What can be done to many members at once, in the order of the menu. */
export const KINDS: readonly Kind[] = [
  { kind: "add_department", permission: "departments:change", needs: "department" },
  { kind: "remove_department", permission: "departments:change", needs: "department" },
  { kind: "add_group", permission: "groups:change", needs: "group" },
  { kind: "remove_group", permission: "groups:change", needs: "group" },
  { kind: "enable", permission: "members:change" },
  { kind: "invite", permission: "credentials:create" },
  { kind: "end_sign_ins", permission: "sessions:remove", isDanger: true },
  { kind: "disable", permission: "members:change", isDanger: true },
  { kind: "leave", permission: "members:change", isDanger: true },
  { kind: "remove", permission: "members:remove", isDanger: true },
];

export const NAMES = texts({
  add_department: ["添加到部门", "Add to a department"],
  remove_department: ["移出部门", "Remove from a department"],
  add_group: ["添加到用户组", "Add to a group"],
  remove_group: ["移出用户组", "Remove from a group"],
  enable: ["启用账号", "Enable"],
  invite: ["发送邀请", "Invite"],
  end_sign_ins: ["终止全部登录", "End all sign-ins"],
  disable: ["停用账号", "Disable"],
  leave: ["标记为离职", "Mark as left"],
  remove: ["删除成员", "Delete"],
}) satisfies Readonly<Record<BatchKind, string>>;

const people = (n: number) => plural(n, "member");

/** What it does, and to how many. */
export const EFFECTS = texts({
  add_department: (n: number) => [
    `${n} 名成员会加入所选部门，在其他部门的归属保持不变。`,
    `The department takes in ${people(n)}, who stay in their other ones.`,
  ],
  remove_department: (n: number) => [
    `${n} 名成员会离开所选部门，并失去经由该部门获得的访问权限。`,
    `The department lets go of ${people(n)}, who lose what they may reach by it.`,
  ],
  add_group: (n: number) => [
    `${n} 名成员会加入所选用户组，并获得该用户组的访问权限。`,
    `The group takes in ${people(n)}, who may reach what it may.`,
  ],
  remove_group: (n: number) => [
    `${n} 名成员会离开所选用户组，并失去经由该用户组获得的访问权限。`,
    `The group lets go of ${people(n)}, who lose what they may reach by it.`,
  ],
  enable: (n: number) => [`${n} 名成员可以重新登录。`, `Lets ${people(n)} sign in again.`],
  invite: (n: number) => [
    `向 ${n} 名成员发送邀请，其中附有设置密码的验证码：有邮箱的发邮件，否则发短信；已设置密码的成员会被跳过。`,
    `Sends ${people(n)} an invitation with a code to set a password, by mail or else by SMS. Who has set a password is passed over.`,
  ],
  end_sign_ins: (n: number) => [
    `${n} 名成员会立即退出所有应用，打开的页面和连接会被中断；他们可以重新登录。`,
    `Signs ${people(n)} out everywhere at once, and cuts off what is open; they can sign in again.`,
  ],
  disable: (n: number) => [
    `${n} 名成员会立即退出所有应用，并且无法登录，直到重新启用。`,
    `Signs ${people(n)} out everywhere at once; they cannot sign in until enabled again.`,
  ],
  leave: (n: number) => [
    `${n} 名成员会立即退出所有应用且无法登录；资料和日志保留。`,
    `Signs ${people(n)} out everywhere at once; they cannot sign in. Profiles and logs stay.`,
  ],
  remove: (n: number) => [
    `${n} 名成员的账号、密码和所属关系会被永久删除，日志保留；仍为“正常”状态的成员会被跳过。此操作不可撤销。`,
    `Deletes the accounts, passwords and memberships of ${people(n)} for good; the logs stay. Who is still active is passed over. This cannot be undone.`,
  ],
}) satisfies Readonly<Record<BatchKind, (n: number) => string>>;
