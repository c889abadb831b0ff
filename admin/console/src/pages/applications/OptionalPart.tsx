import { Card, Form, Switch } from "antd";
import type { ReactNode } from "react";

type Props = {
  /** Where it stands in the form; null or absent while it is off. */
  name: (string | number)[];
  label: string;
  extra?: string;
  /** What it is when it is switched on. */
  begin: object;
  children: ReactNode;
};

/** A part of a form that is there or not. */
export function OptionalPart({ name, label, extra, begin, children }: Props) {
  const form = Form.useFormInstance();
  const value = Form.useWatch<unknown>((all) => at(all, name), form);
  const isOn = value !== null && value !== undefined;
  return (
    <>
      <Form.Item label={label} extra={extra}>
        <Switch aria-label={label} checked={isOn} onChange={(on) => form.setFieldValue(name, on ? begin : null)} />
      </Form.Item>
      {isOn && (
        <Card size="small" style={{ marginBottom: 24 }}>
          {children}
        </Card>
      )}
    </>
  );
}

function at(value: unknown, path: (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
}
