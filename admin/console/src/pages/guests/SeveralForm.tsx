import { useQueryClient } from "@tanstack/react-query";
import { App, Checkbox, Form, Input } from "antd";
import dayjs from "dayjs";

import { api, told } from "../../api/client";
import { useOnce } from "../../api/once";
import { reasonOf, Refusal } from "../../api/problem";
import type { GuestDraft } from "../../api/schema";
import { texts } from "../../language/texts";
import { fieldName } from "../../parts/fieldNames";
import { FormDrawer } from "../../parts/FormDrawer";
import { DepartmentItem } from "./DepartmentItem";
import { sendInvitations } from "./invitations";
import { draftsOf, lineOf } from "./lines";
import { TermsItems } from "./TermsItems";
import { useGuestFacts } from "./useGuestFacts";
import { t } from "./words";

const words = texts({
  lines: ["访客名单（每行一位，最多 100 位）", "Guests, one a line, at most 100"],
  linesHint: [
    "用户名, 姓名, 邮箱, 手机号；可以直接从表格粘贴。全部正确才会邀请，否则一位也不邀请。",
    "Username, name, email, mobile; paste them from a sheet. All are invited, or, if one is wrong, none.",
  ],
  invite: [
    "邀请后通过邮件（没有邮箱则通过短信）发送验证码，由本人设置密码",
    "Then send each a code to set a password, by mail or else by SMS",
  ],
  missed: (names: string) => [
    `以下访客没有收到验证码，请在列表中逐个处理：${names}`,
    `These were sent no code; see to them in the list: ${names}`,
  ],
  onLine: (line: number, field: string, text: string) => [
    `第 ${line} 行，${field}：${text}`,
    `Line ${line}, ${field}: ${text}`,
  ],
  done: (n: number) => [`已邀请 ${n} 位访客`, n === 1 ? "1 guest invited" : `${n} guests invited`],
});

type Values = { lines: string; send_invitations?: boolean } & Pick<
  GuestDraft,
  "expires_at" | "guest_group" | "departments"
>;

/** What is wrong, told by the line on which it stands. */
function byLine(thrown: unknown, lines: string): unknown {
  if (!(thrown instanceof Refusal)) return thrown;
  const told = thrown.fields.map((problem) => {
    const [, place, field] = /^guests\.(\d+)\.(.+)$/.exec(problem.field) ?? [];
    if (!place || !field) return `${fieldName(problem.field)}: ${reasonOf(problem)}`;
    return words.onLine(lineOf(lines, Number(place)), fieldName(field), reasonOf(problem));
  });
  return told.length > 0 ? new Refusal(thrown.status, thrown.code, told.join("\n")) : thrown;
}

/** Many guests at once, with the same end and group. */
export function SeveralForm({ onClose }: { onClose: () => void }) {
  const { default_days } = useGuestFacts();
  const { message, modal } = App.useApp();
  const queries = useQueryClient();
  const once = useOnce();
  const send = async ({ lines, send_invitations, ...terms }: Values) => {
    const body = { guests: draftsOf(lines).map((draft) => ({ ...draft, ...terms })) };
    const invited = once(body, (header) => told(api.POST("/guest-batch", { params: { header }, body })));
    const { guests } = await invited.catch((thrown: unknown) => {
      throw byLine(thrown, lines);
    });
    void message.success(words.done(guests.length));
    const missed = send_invitations ? await sendInvitations(guests) : [];
    const names = missed.map((guest) => guest.display_name).join(", ");
    if (names) void modal.warning({ title: t.inviteMany, content: words.missed(names) });
  };
  return (
    <FormDrawer<Values>
      title={t.inviteMany}
      saveText={t.inviteMany}
      initial={{ lines: "", send_invitations: true, expires_at: dayjs().add(default_days, "day").valueOf() }}
      send={send}
      onClose={(isDone) => {
        if (isDone) void queries.invalidateQueries();
        onClose();
      }}
    >
      <Form.Item
        name="lines"
        label={words.lines}
        extra={words.linesHint}
        rules={[{ required: true, whitespace: true }]}
      >
        <Input.TextArea rows={10} placeholder="li.na, 李娜, li.na@partner.example, +8613900000000" />
      </Form.Item>
      <DepartmentItem />
      <TermsItems />
      <Form.Item name="send_invitations" valuePropName="checked">
        <Checkbox>{words.invite}</Checkbox>
      </Form.Item>
    </FormDrawer>
  );
}
