import { texts } from "../../language/texts";

export const t = texts({
  title: ["目录", "Directories"],
  lead: [
    "连接保存组织架构的目录：人员、部门和用户组从那里同步，也可以用目录密码或在对方页面登录。",
    "Where the organisation keeps who is who: people, departments and groups are taken over from there, and people can sign in with its passwords or on a page of its own.",
  ],
  connect: ["连接目录", "Connect a directory"],
  name: ["名称", "Name"],
  use: ["用途", "Used for"],
  state: ["状态", "State"],
  people: ["人员", "People"],
  conflicts: ["冲突", "Conflicts"],
  syncedAt: ["上次同步", "Last taken over"],
  nextRun: ["下次同步", "Next"],
  byHand: ["手动", "By hand"],
  paused: ["已暂停", "Paused"],
  records: ["同步记录", "Sync records"],
  never: ["从未", "Never"],
  on: ["已启用", "On"],
  off: ["未启用", "Off"],
  unfinished: ["设置未完成", "Set-up not finished"],
  waiting: ["有同步等待确认", "A run waits for a decision"],
  lastFailed: ["上次同步失败", "The last run failed"],
  none: ["还没有连接目录", "No directory is connected"],
  noneHint: [
    "按步骤连接 LDAP、Microsoft AD、OpenID Connect、SAML、CAS 或 SCIM。首次同步先预览，确认之前不会写入任何内容。",
    "Connect LDAP, Microsoft AD, OpenID Connect, SAML, CAS or SCIM step by step. The first run is a trial: nothing is written until you say so.",
  ],
  readOnly: ["您的角色只能查看", "Your role may look, not change"],
});

export const USES = texts({
  both: ["同步组织架构和登录", "Organisation and sign-in"],
  organisation: ["仅同步组织架构", "Organisation alone"],
  sign_in: ["仅登录", "Sign-in alone"],
});
