import { Form, Input, Radio } from "antd";

import type { UsedFor } from "../../api/schema";
import { texts } from "../../language/texts";
import { t as words, USES } from "./words";

const t = texts({ nameHint: ["显示在成员来源和同步记录中。", "Shown where people come from, and in the records."] });

/** What every directory has: a name, and what it is used for, of what its kind can do. */
export function BasicItems({ uses }: { uses: UsedFor[] }) {
  return (
    <>
      <Form.Item name="name" label={words.name} extra={t.nameHint} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
      <Form.Item name="used_for" label={words.use}>
        <Radio.Group options={uses.map((value) => ({ value, label: USES[value] }))} />
      </Form.Item>
    </>
  );
}
