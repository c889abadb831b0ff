import { Flex, Form, Input, Typography } from "antd";

import { texts } from "../language/texts";

const t = texts({ zh: ["中文", "Chinese"], en: ["英文", "English"] });

type Props = {
  /** Where it stands in the form. */
  name: (string | number)[];
  label: string;
  extra?: string;
  /** At least one of the two must be written. */
  required?: boolean;
  lines?: number;
};

/** A text in both languages; where one is left out, readers see the other. */
export function LocalTextItem({ name, label, extra, required, lines = 1 }: Props) {
  const input = (language: string) =>
    lines > 1 ? (
      <Input.TextArea rows={lines} placeholder={language} aria-label={`${label} (${language})`} />
    ) : (
      <Input
        prefix={<Typography.Text type="secondary">{language}</Typography.Text>}
        aria-label={`${label} (${language})`}
      />
    );
  return (
    <Form.Item label={label} extra={extra} required={required} style={{ marginBottom: 20 }}>
      <Flex gap={8} wrap>
        <Form.Item name={[...name, "zh-CN"]} noStyle>
          {input(t.zh)}
        </Form.Item>
        <Form.Item name={[...name, "en"]} noStyle>
          {input(t.en)}
        </Form.Item>
      </Flex>
    </Form.Item>
  );
}
