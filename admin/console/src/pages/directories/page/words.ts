import { texts } from "../../../language/texts";

/** What steps of several kinds say. */
export const t = texts({
  ca: ["CA 证书（PEM）", "Authority (PEM)"],
  caHint: [
    "签发服务器证书的 CA。留空则使用系统信任的 CA。",
    "Who signed the server's certificate. Empty: those that this machine trusts.",
  ],
  key: ["唯一标识", "Key"],
  username: ["用户名", "Username"],
  displayName: ["姓名", "Name"],
  firstThere: ["取第一个有值的。", "The first of these that is there."],
  email: ["邮箱", "Email"],
  mobile: ["手机号", "Mobile"],
  number: ["工号", "Employee number"],
  leaveEmpty: ["留空则不读取。", "Empty: it is not taken over."],
  person: ["人员信息", "What it says of people"],
  copyTitle: ["第一步：在对方系统中填写", "First: enter this there"],
});
