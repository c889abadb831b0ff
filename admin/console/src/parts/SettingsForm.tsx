import { Alert, App, Button, Card, Flex, Form } from "antd";
import type { ReactNode } from "react";

import type { Draft } from "../api/draft";
import { texts } from "../language/texts";
import { FormProblem } from "./FormProblem";
import { useSubmit } from "./useSubmit";

const t = texts({
  save: ["保存", "Save"],
  saved: ["已保存，正在各节点生效", "Saved; it takes effect on every node"],
  undo: ["撤销修改", "Undo changes"],
  readOnly: ["您的角色只能查看", "Your role may look, not change"],
});

type Props<V> = {
  initial: V;
  /** What the form was read from: renewed once it is sent. */
  draft: Pick<Draft<unknown>, "touch" | "renew">;
  mayChange: boolean;
  send: (values: V) => Promise<unknown>;
  /** The fields, shown beside what comes of them. */
  children: ReactNode;
  preview: (values: V) => ReactNode;
};

/** A page of settings that is one form, with a preview beside it that follows each key. */
export function SettingsForm<V extends object>({ initial, draft, mayChange, send, children, preview }: Props<V>) {
  const [form] = Form.useForm<V>();
  const { message } = App.useApp();
  const values = Form.useWatch((all: V) => all, form) ?? initial;
  const { submit, isSending, problem, isStale, clear } = useSubmit(form, send);
  const undo = () => {
    form.resetFields();
    clear();
    void draft.renew();
  };
  return (
    <Flex gap={16} wrap align="flex-start">
      <Card style={{ flex: "1 1 360px", maxWidth: 560, minWidth: 0 }}>
        {!mayChange && <Alert type="info" showIcon title={t.readOnly} style={{ marginBottom: 16 }} />}
        <FormProblem problem={problem} onAnew={isStale ? undo : undefined} />
        <Form<V>
          form={form}
          layout="vertical"
          initialValues={initial}
          disabled={!mayChange}
          onValuesChange={draft.touch}
          onPointerDownCapture={draft.touch}
          onKeyDownCapture={draft.touch}
          onFinish={async (all) => {
            if (!(await submit(all))) return;
            void message.success(t.saved);
            await draft.renew();
          }}
        >
          {children}
          {mayChange && (
            <Flex gap={8}>
              <Button type="primary" htmlType="submit" loading={isSending}>
                {t.save}
              </Button>
              <Button onClick={undo}>{t.undo}</Button>
            </Flex>
          )}
        </Form>
      </Card>
      <div style={{ flex: "1 1 320px", minWidth: 0, position: "sticky", top: 72 }}>
        {preview({ ...initial, ...values })}
      </div>
    </Flex>
  );
}
