import { Form, Input, InputNumber, Select, Switch } from "antd";

type Item = { at: string[]; label: string; hint?: string; needed?: boolean };

/** A line of text that a program reads. */
export function TextItem({ at, label, hint, needed, placeholder }: Item & { placeholder?: string }) {
  return (
    <Form.Item
      name={["source", ...at]}
      label={label}
      extra={hint}
      rules={[{ required: needed ?? false, whitespace: needed ?? false }]}
    >
      <Input className="mono" autoComplete="off" placeholder={placeholder} />
    </Form.Item>
  );
}

/** Some of them. */
export function TagsItem({ at, label, hint, needed }: Item) {
  return (
    <Form.Item name={["source", ...at]} label={label} extra={hint} rules={[{ required: needed ?? false }]}>
      <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[",", " "]} className="mono" />
    </Form.Item>
  );
}

/** A whole number; left empty, there is none. */
export function NumberItem({ at, label, hint, min = 0, max }: Item & { min?: number; max: number }) {
  return (
    <Form.Item name={["source", ...at]} label={label} extra={hint}>
      <InputNumber min={min} max={max} precision={0} />
    </Form.Item>
  );
}

export function SwitchItem({ at, label, hint }: Item) {
  return (
    <Form.Item name={["source", ...at]} label={label} extra={hint} valuePropName="checked">
      <Switch />
    </Form.Item>
  );
}

/** A certificate, or what else is pasted whole. */
export function LongItem({ at, label, hint, placeholder, rows }: Item & { placeholder: string; rows: number }) {
  return (
    <Form.Item name={["source", ...at]} label={label} extra={hint}>
      <Input.TextArea className="mono" rows={rows} placeholder={placeholder} spellCheck={false} />
    </Form.Item>
  );
}
