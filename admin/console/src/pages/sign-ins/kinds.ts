import { DIRECTORY_REASONS, ID_TOKEN_REASONS } from "./directoryReasons";
import { texts } from "../../language/texts";

/** What may happen around a sign-in. */
export const KINDS = texts({
  signed_in: ["登录成功", "Signed in"],
  failed: ["登录失败", "Failed"],
  stepped_up: ["两步验证通过", "Second step"],
  signed_out: ["退出登录", "Signed out"],
  ended: ["会话被终止", "Ended"],
  reset_requested: ["申请重设密码", "Asked for a new password"],
  code_requested: ["申请登录验证码", "Asked for a code to sign in"],
});

export type Kind = keyof typeof KINDS;

export const COLOURS: Record<string, string> = {
  signed_in: "success",
  failed: "error",
  stepped_up: "processing",
  ended: "warning",
};

export const METHODS: Readonly<Record<string, string>> = texts({
  password: ["密码", "Password"],
  totp: ["身份验证器", "Authenticator"],
  recovery_code: ["恢复码", "Recovery code"],
  sms_code: ["短信验证码", "SMS code"],
  mail_code: ["邮件验证码", "Mail code"],
  passkey: ["通行密钥", "Passkey"],
  one_time_link: ["一次性链接", "One-time link"],
  directory: ["企业目录", "Directory"],
});

export function methodName(method: string): string {
  return METHODS[method] ?? method;
}

export const REASONS: Readonly<Record<string, string>> = {
  ...DIRECTORY_REASONS,
  ...texts({
    unknown_account: ["没有这个账号", "No such account"],
    wrong_password: ["密码错误", "Wrong password"],
    captcha_not_answered: ["未通过图形验证码", "Captcha not answered"],
    wrong_code: ["验证码错误", "Wrong code"],
    wrong_passkey: ["通行密钥未通过验证", "Passkey not accepted"],
    unknown_passkey: ["没有登记的通行密钥", "Unknown passkey"],
    passkey_counted_back: ["通行密钥可能被复制", "The passkey may have been copied"],
    passkey_not_verified: ["通行密钥未验证使用者", "The passkey did not verify its user"],
    passkey_not_allowed: ["策略不允许仅用通行密钥登录", "The policy lets nobody in by a passkey alone"],
    account_disabled: ["账号已停用", "Account disabled"],
    account_expired: ["账号已到期", "The account's time is over"],
    account_locked: ["目录中的账号已锁定", "Locked in the directory"],
    password_expired: ["目录中的密码已过期", "The password in the directory is too old"],
    password_must_change: ["目录要求先修改密码", "The directory asks for a new password first"],
    outside_hours: ["目录不允许在此时段登录", "The directory lets them in at other times"],
    wrong_workstation: ["目录不允许从此处登录", "The directory lets them in from elsewhere"],
    guest_address: ["访客组不允许从此网络登录", "Not from a network of the guest's group"],
    no_second_factor: ["异常登录，且没有第二因素", "Unusual, and no second factor"],
    no_password_set: ["尚未设置密码", "No password set"],
    too_many_attempts: ["尝试次数过多", "Too many attempts"],
    too_many_messages: ["消息发送过于频繁", "Too many messages"],
    too_late: ["未能及时处理", "Not in time"],
    reset_not_allowed: ["策略不允许自行重设密码", "The policy lets nobody reset it"],
    code_not_allowed: ["策略不允许仅用验证码登录", "The policy lets nobody in by a code alone"],
    no_way_to_send: ["没有可用的接收方式", "No way to send a code"],
    not_by_directory: ["策略要求通过企业目录登录", "The policy asks for a directory"],
    entry_of_somebody_else: ["目录条目属于他人", "The entry of somebody else"],
    password_elsewhere: ["密码保存在目录中", "The directory keeps the password"],
    answer_of_another_issuer: ["由其他签发方返回", "The answer of another issuer"],
    answer_without_issuer: ["返回信息缺少签发方", "An answer without its issuer"],
    answer_without_code: ["返回信息缺少授权码", "An answer without a code"],
    key_claim_missing: ["缺少标识字段", "The key claim is missing"],
    userinfo_of_somebody_else: ["用户信息属于他人", "Userinfo of somebody else"],
    ended_by_person: ["由本人终止", "Ended by the person"],
    password_changed: ["密码已修改", "Password changed"],
    password_reset: ["密码已被重置", "Password reset"],
    second_factor_reset: ["两步验证已被重置", "Second factor reset"],
  }),
};

/** What was unusual about a sign-in. */
export const SIGNALS = texts({
  new_device: ["新的浏览器", "New browser"],
  many_failures: ["此前多次失败", "Wrong attempts before"],
  unknown_network: ["新的网络", "New network"],
  impossible_travel: ["异地登录间隔过短", "Impossible travel"],
});

export type Signal = keyof typeof SIGNALS;

const t = texts({
  idToken: (why: string) => [`ID Token 不可信：${why}`, `The ID token is not trusted: ${why}`],
});

export function reasonName(reason: string): string {
  const why = /^id_token_(.+)$/.exec(reason)?.[1];
  return REASONS[reason] ?? (why ? t.idToken(ID_TOKEN_REASONS[why] ?? why) : reason);
}
