import { Flex, Form, InputNumber } from "antd";

import { t } from "./words";

/** How many messages go out in a day. */
export function CeilingItems() {
  return (
    <Form.Item label={t.ceilings} style={{ marginBottom: 0 }}>
      <Flex gap={16} wrap>
        <Form.Item name={["sender", "ceilings", "per_recipient"]} label={t.perRecipient}>
          <InputNumber min={1} max={1000} style={{ width: 160 }} />
        </Form.Item>
        <Form.Item name={["sender", "ceilings", "per_day"]} label={t.perDay}>
          <InputNumber min={1} max={10_000_000} style={{ width: 160 }} />
        </Form.Item>
      </Flex>
    </Form.Item>
  );
}
