import { texts } from "../../../language/texts";

export const t = texts({
  sure: (what: string, name: string) => [`${what}：${name}？`, `${what}: ${name}?`],
  own: ["自己的账号请在“我的账号”中修改。", "Change your own in “My account”."],
  link: ["生成一次性链接", "Create one-time link"],
  linkText: [
    "用于首次设置密码或重置密码。现有密码和全部登录会立即失效。",
    "For setting a password, or a new one. The present password and all sign-ins end at once.",
  ],
  firstLinkText: ["本人还没有密码，用链接设置。", "They have no password yet, and set one with the link."],
  noSecondFactor: ["尚未设置两步验证。", "Two-step verification is not set up."],
  notLocked: ["账号没有被锁定。", "The account is not locked."],
  linkAsk: (name: string) => [
    `${name}现有的密码和全部登录会立即失效，直到本人用链接设置新密码。`,
    `The present password and all sign-ins of ${name} end at once; they set a new password with the link.`,
  ],
  linkAskKept: (name: string) => [
    `${name}现有的密码和登录继续有效，直到本人用链接设置新密码。`,
    `The present password and the sign-ins of ${name} go on until they set a new password with the link.`,
  ],
  keepPassword: ["在使用验证码之前保留现有密码", "Keep the present password until the code is used"],
  sendMail: ["通过邮件发送验证码", "Mail a code"],
  sendSms: ["通过短信发送验证码", "Send a code by SMS"],
  sendText: [
    "把设置密码的一次性验证码直接发给本人，您不会看到它。",
    "Sends a one-time code to set a password straight to the person; you do not see it.",
  ],
  sendAsk: (name: string, to: string) => [
    `验证码将发送到 ${to}。${name}现有的密码立即失效，并在所有设备上退出登录。`,
    `The code goes to ${to}. The password that ${name} has ends at once, and they are signed out everywhere.`,
  ],
  sendAskKept: (name: string, to: string) => [
    `验证码将发送到 ${to}。${name}现有的密码继续有效，直到本人用它设置新密码。`,
    `The code goes to ${to}. The password that ${name} has works until they set a new one with it.`,
  ],
  firstSendAsk: (name: string, to: string) => [
    `验证码将发送到 ${to}，${name}用它设置密码。`,
    `The code goes to ${to}; ${name} sets a password with it.`,
  ],
  codeLanguage: ["消息语言", "Language of the message"],
  noMail: ["没有邮箱地址", "There is no mail address"],
  noMobile: ["没有手机号码", "There is no mobile number"],
  secondFactor: ["重置两步验证", "Reset two-step verification"],
  secondFactorText: [
    "移除身份验证器、通行密钥和恢复码，本人下次登录时重新设置。全部登录会立即失效。",
    "Removes the authenticator, passkeys and recovery codes, to be set up anew. All sign-ins end at once.",
  ],
  secondFactorAsk: (name: string) => [
    `${name}的身份验证器、通行密钥和恢复码会被移除，所有登录立即失效。`,
    `The authenticator, the passkeys and the recovery codes of ${name} are removed, and all their sign-ins end at once.`,
  ],
  unlock: ["解除锁定", "Unlock"],
  unlockText: [
    "多次输错密码后被暂时锁定时，允许立即重试。",
    "Lets them try again at once after too many failed attempts.",
  ],
  unlocked: ["已解除锁定", "Unlocked"],
  disable: ["停用账号", "Disable"],
  disableText: [
    "立即退出所有应用且无法登录，可以随时重新启用。",
    "Signed out everywhere at once, and no sign-in until enabled again.",
  ],
  disableAsk: (name: string) => [
    `${name}会立即退出所有应用，并且无法登录，直到重新启用。`,
    `${name} is signed out everywhere at once and cannot sign in until enabled again.`,
  ],
  leave: ["标记为离职", "Mark as left"],
  leaveText: [
    "停用账号并标记为已离职；资料和日志保留，可以恢复。",
    "Disables the account and notes that they left the organisation; it can be restored.",
  ],
  leaveAsk: (name: string) => [
    `${name}会立即退出所有应用且无法登录，资料和日志保留。之后可以重新启用。`,
    `${name} is signed out everywhere at once and cannot sign in. Their profile and the logs stay; they can be enabled again.`,
  ],
  enable: ["启用账号", "Enable"],
  enableText: ["恢复登录。", "Lets them sign in again."],
  enabled: ["已启用", "Enabled"],
  remove: ["删除成员", "Delete"],
  removeText: [
    "永久删除账号、密码和所属关系；日志保留。",
    "Deletes the account, the password and all memberships for good; the logs stay.",
  ],
  removeLater: ["请先停用或标记为离职，再删除。", "Disable it or mark it as left first."],
  removeAsk: (name: string) => [
    `${name}的账号、密码和所属关系会被永久删除，日志保留。此操作不可撤销。`,
    `The account of ${name}, their password and memberships are deleted for good; the logs stay. This cannot be undone.`,
  ],
});
