import { Form, Radio } from "antd";

import type { MatchBy } from "../../api/schema";
import { texts } from "../../language/texts";

const t = texts({
  matchBy: ["与已有成员的匹配", "Members who are here already"],
  hint: [
    "拥有管理角色的成员、访客、被管理员停用的成员以及来自其他目录的成员不会自动匹配，而是列入冲突等待决定。",
    "Whoever holds a role, is a guest, was disabled by an administrator or comes from another directory is never matched without a decision: they are listed as conflicts.",
  ],
  nothing: ["不匹配：用户名相同的列入冲突，由管理员决定", "By nothing: the same username waits for a decision"],
  username: ["按用户名", "By username"],
  employee_number: ["按工号", "By employee number"],
  verified_email: ["按已验证的邮箱（需信任该目录的邮箱）", "By verified mail address (where its mail is trusted)"],
});

const MATCHES: MatchBy[] = ["nothing", "username", "employee_number", "verified_email"];

/** By what somebody of the directory is taken for a member who is here already. */
export function MatchByItem({ name, mayBeByMail }: { name: string[]; mayBeByMail: boolean }) {
  return (
    <Form.Item name={name} label={t.matchBy} extra={t.hint}>
      <Radio.Group
        style={{ display: "flex", flexDirection: "column", gap: 8 }}
        options={MATCHES.map((value) => ({
          value,
          label: t[value],
          // Not "false", which would be on in a form that is off.
          disabled: (value === "verified_email" && !mayBeByMail) || undefined,
        }))}
      />
    </Form.Item>
  );
}
