import { texts } from "../language/texts";

/** What permissions are about, in the order in which they are shown. */
export const RESOURCES = texts({
  members: ["成员", "Members"],
  guests: ["访客（新建：邀请并管理自己的访客）", "Guests (create: invite, and look after one's own)"],
  credentials: ["密码与两步验证（解锁、重置）", "Passwords and second factors (unlock, reset)"],
  sessions: ["登录会话", "Sign-ins under way"],
  departments: ["部门", "Departments"],
  groups: ["用户组", "Groups"],
  directories: ["目录（修改：决定谁能进入）", "Directories (change: decides who comes in)"],
  sync_runs: ["目录同步与冲突", "Taking over directories, and conflicts"],
  role_assignments: ["角色授予", "Giving roles"],
  roles: ["角色定义", "Defining roles"],
  applications: ["应用", "Applications"],
  sign_in_policy: ["登录策略", "Sign-in policy"],
  ip_lists: ["IP 访问限制", "IP restrictions"],
  appearance: ["品牌与水印", "Brand & watermark"],
  configuration: ["配置即代码", "Configuration as code"],
  explanations: ["访问诊断", "Explaining access"],
  overview: ["概览", "Overview"],
  sign_in_log: ["登录日志", "Sign-in log"],
  audit_log: ["审计日志", "Audit log"],
  access_log: ["访问日志", "Access log"],
  tokens: ["API 令牌", "API tokens"],
  senders: ["消息发送", "Messages (mail and SMS)"],
  node: ["系统设置", "Settings"],
  certificates: ["证书（上传与移除）", "Certificates (uploading and removing)"],
  backup: ["备份（含全部数据）", "Backup (holds everything)"],
});

export const DEEDS = texts({
  read: ["查看", "Read"],
  create: ["新建", "Create"],
  change: ["修改", "Change"],
  remove: ["删除", "Remove"],
});

export type Deed = keyof typeof DEEDS;

export function resourceName(resource: string): string {
  return (RESOURCES as Readonly<Record<string, string>>)[resource] ?? resource;
}

/** `members:read` as a person reads it. */
export function permissionText(permission: string): string {
  const [resource = "", deed = ""] = permission.split(":");
  return `${resourceName(resource)} · ${(DEEDS as Readonly<Record<string, string>>)[deed] ?? deed}`;
}

/** Whoever may invite guests sees their own, without seeing all. */
const STANDS_ALONE = ["guests:create"];

/** What is chosen once `permission` is, or is not: whoever may change something may read it. */
export function chosenWith(chosen: readonly string[], permission: string, isOn: boolean, all: readonly string[]) {
  const [resource = "", deed] = permission.split(":");
  const read = `${resource}:read`;
  if (!isOn) {
    const goes = (one: string) => one === permission || (deed === "read" && one.startsWith(`${resource}:`));
    return chosen.filter((one) => !goes(one) || (STANDS_ALONE.includes(one) && one !== permission));
  }
  const needsRead = all.includes(read) && !STANDS_ALONE.includes(permission);
  const also = needsRead && !chosen.includes(read) ? [read] : [];
  return [...new Set([...chosen, ...also, permission])];
}
