import type { Channel, MessageKind } from "../../api/schema";
import { texts } from "../../language/texts";

export const t = texts({
  title: ["消息发送", "Messages"],
  lead: ["通过邮件和短信向成员发送验证码与通知。", "How codes and notices reach members: by mail and by SMS."],
  mail: ["邮件", "Mail"],
  sms: ["短信", "SMS"],
  log: ["发送记录", "Sent messages"],
  noMail: ["尚未配置邮件发送", "No mail server is set"],
  noMailHint: [
    "配置后，可以把设置密码的验证码直接发到成员的邮箱。",
    "With one, a code to set a password goes straight to the member's mailbox.",
  ],
  noSms: ["尚未配置短信发送", "No SMS service is set"],
  noSmsHint: [
    "支持阿里云、腾讯云、Twilio，或您自己的 Webhook 服务。",
    "Alibaba Cloud, Tencent Cloud, Twilio, or a webhook of your own.",
  ],
  setUp: ["开始配置", "Set it up"],
  off: ["停止发送", "Stop sending"],
  offMail: ["停止发送邮件？", "Stop sending mail?"],
  offSms: ["停止发送短信？", "Stop sending SMS?"],
  offText: [
    "服务器地址和密钥会被删除；正在等待的消息将继续等待，直到过期。",
    "The settings and the secret are deleted. Messages that wait go on waiting until their time is over.",
  ],
  ceilings: ["发送上限", "Ceilings"],
  perRecipient: ["每个收件人每天", "To one recipient in a day"],
  perDay: ["每天总数", "To all in a day"],
  authority: ["自有证书颁发机构（PEM）", "Your own certificate authority (PEM)"],
  authorityHint: [
    "仅当服务器证书由内部机构签发时填写。",
    "Only where an authority of your own signed the server's certificate.",
  ],
  secretSet: ["已设置；不修改请留空", "Set; leave it empty to keep it"],
  advanced: ["更多设置", "More settings"],
});

/** What a message is about. */
export const KINDS = texts({
  test: ["测试", "Test"],
  one_time_code: ["设置密码的验证码", "Code to set a password"],
  invitation: ["邀请", "Invitation"],
  password_reset: ["重设密码的验证码", "Code for a forgotten password"],
  sign_in_code: ["登录验证码", "Sign-in code"],
  notice: ["账号通知", "Notice"],
  guest_ends: ["访客到期提醒（访客）", "A guest's end, to the guest"],
  directory_trouble: ["目录异常通知（管理员）", "Trouble with a directory, to administrators"],
  guests_end: ["访客到期提醒（邀请人）", "The end of guests, to the sponsor"],
}) satisfies Readonly<Record<MessageKind, string>>;

export function channelName(channel: Channel): string {
  return channel === "mail" ? t.mail : t.sms;
}
