import { texts } from "../../language/texts";

export const t = texts({
  title: ["角色与权限", "Roles & permissions"],
  lead: [
    "角色决定一个人可以在管理后台做什么。可以把角色限定到部门，让其只管理这些部门的人。",
    "A role says what somebody may do here. Confined to departments, it reaches the people of those departments only.",
  ],
  create: ["新建角色", "New role"],
  edit: ["编辑", "Edit"],
  look: ["查看权限", "Permissions"],
  remove: ["删除", "Remove"],
  name: ["名称", "Name"],
  description: ["说明", "Description"],
  permissions: ["权限", "Permissions"],
  permissionsHint: [
    "只能授予您自己拥有的权限；能授予角色的角色只能由所有者创建。",
    "You can give only what you may do yourself; a role that gives roles is an owner's to make.",
  ],
  holders: ["持有人数", "Holders"],
  kind: ["类型", "Type"],
  builtIn: ["内置", "Built in"],
  made: ["自定义", "Custom"],
  removeTitle: (name: string) => [`删除角色“${name}”？`, `Remove the role “${name}”?`],
  removeText: [
    "没有人持有此角色。以它行事的 API 令牌将失去这些权限。此操作不可撤销。",
    "Nobody holds it. API tokens that act with it lose what it gives. This cannot be undone.",
  ],
  held: (n: number) => [
    `有 ${n} 人持有此角色，请先收回`,
    `${n} ${n === 1 ? "person holds" : "people hold"} it: take it from them first`,
  ],
});

export const ABOUT = texts({
  owner: ["拥有全部权限，至少保留一位。", "May do everything. There is always at least one."],
  administrator: [
    "管理成员、部门、用户组、应用和外观。",
    "Manages members, departments, groups, applications and looks.",
  ],
  security_administrator: [
    "管理 IP 访问限制、凭据和会话，并查看审计日志。",
    "Manages IP restrictions, credentials and sessions, and reads the audit log.",
  ],
  auditor: ["查看全部内容，不能修改。", "Reads everything, changes nothing."],
  help_desk: [
    "解锁账号、重置密码和两步验证、结束会话。",
    "Unlocks accounts, resets passwords and second factors, ends sign-ins.",
  ],
});
