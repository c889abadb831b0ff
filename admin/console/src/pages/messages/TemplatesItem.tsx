import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Form, Input, Select } from "antd";

import { texts } from "../../language/texts";
import { KINDS } from "./words";

const t = texts({
  templates: ["短信模板", "Templates"],
  language: ["语言", "Language"],
  code: ["模板编号", "What the service calls it"],
  chinese: ["中文", "Chinese"],
  english: ["英文", "English"],
  add: ["添加模板", "Add a template"],
  remove: (n: number) => [`移除模板 ${n}`, `Remove template ${n}`],
  kind: ["用途", "For"],
});

/** What is sent by SMS. */
const TEMPLATES = [
  "one_time_code",
  "invitation",
  "password_reset",
  "sign_in_code",
  "notice",
  "guest_ends",
  "guests_end",
  "directory_trouble",
] as const;

const FIELD = ["sender", "service", "templates"];

/** The texts that are registered with the service, one for each kind of message and language. */
export function TemplatesItem() {
  return (
    <Form.Item label={t.templates} required>
      <Form.List name={FIELD}>
        {(fields, { add, remove }) => (
          <Flex vertical gap={8}>
            {fields.map(({ key, name }, index) => (
              <Flex key={key} gap={8} wrap align="flex-start">
                <Form.Item name={[name, "kind"]} noStyle>
                  <Select
                    aria-label={t.kind}
                    style={{ flex: "2 1 170px" }}
                    options={TEMPLATES.map((value) => ({ value, label: KINDS[value] }))}
                  />
                </Form.Item>
                <Form.Item name={[name, "language"]} noStyle>
                  <Select
                    aria-label={t.language}
                    style={{ flex: "1 1 100px" }}
                    options={[
                      { value: "zh-CN", label: t.chinese },
                      { value: "en", label: t.english },
                    ]}
                  />
                </Form.Item>
                <Form.Item name={[name, "code"]} style={{ flex: "2 1 150px", margin: 0 }} rules={[{ required: true }]}>
                  <Input aria-label={t.code} placeholder="SMS_123456789" />
                </Form.Item>
                <Button icon={<DeleteOutlined />} aria-label={t.remove(index + 1)} onClick={() => remove(name)} />
              </Flex>
            ))}
            <Button
              icon={<PlusOutlined />}
              onClick={() => add({ kind: "one_time_code", language: fields.length === 0 ? "zh-CN" : "en", code: "" })}
            >
              {t.add}
            </Button>
          </Flex>
        )}
      </Form.List>
    </Form.Item>
  );
}
