import { useQueryClient } from "@tanstack/react-query";
import { App, Form, Input } from "antd";
import dayjs from "dayjs";

import { api, told } from "../../api/client";
import { useOnce } from "../../api/once";
import type { GuestDraft } from "../../api/schema";
import { texts } from "../../language/texts";
import { FormDrawer } from "../../parts/FormDrawer";
import { draftsOf } from "./lines";
import { TermsItems } from "./TermsItems";
import { useGuestFacts } from "./useGuestFacts";
import { t } from "./words";

const words = texts({
  lines: ["访客名单（每行一位，最多 100 位）", "Guests, one a line, at most 100"],
  linesHint: [
    "用户名, 姓名, 邮箱, 手机号；可以直接从表格粘贴。全部正确才会邀请，否则一位也不邀请。",
    "Username, name, email, mobile; paste them from a sheet. All are invited, or, if one is wrong, none.",
  ],
  done: (n: number) => [`已邀请 ${n} 位访客`, n === 1 ? "1 guest invited" : `${n} guests invited`],
});

type Values = { lines: string } & Pick<GuestDraft, "expires_at" | "guest_group">;

/** Many guests at once, with the same end and group. */
export function SeveralForm({ onClose }: { onClose: () => void }) {
  const { default_days } = useGuestFacts();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const once = useOnce();
  const send = async ({ lines, expires_at, guest_group }: Values) => {
    const body = { guests: draftsOf(lines).map((draft) => ({ ...draft, expires_at, guest_group })) };
    const made = await once(body, (header) => told(api.POST("/guest-batch", { params: { header }, body })));
    void message.success(words.done(made.guests.length));
  };
  return (
    <FormDrawer<Values>
      title={t.inviteMany}
      saveText={t.inviteMany}
      initial={{ lines: "", expires_at: dayjs().add(default_days, "day").valueOf() }}
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
      <TermsItems />
    </FormDrawer>
  );
}
