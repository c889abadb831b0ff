import { Button, Drawer, Flex, Form, type FormProps, Grid } from "antd";
import type { ReactNode } from "react";

import { texts } from "../language/texts";
import { FormProblem } from "./FormProblem";
import { useSubmit } from "./useSubmit";

const t = texts({ save: ["保存", "Save"], cancel: ["取消", "Cancel"] });

type Props<V> = {
  title: string;
  /** What the form begins with. */
  initial: V;
  /** Sends it; throws what the API refuses. */
  send: (values: V) => Promise<unknown>;
  /** Called when it is done, and when it is given up. */
  onClose: (done: boolean) => void;
  saveText?: string;
  children: ReactNode;
} & Pick<FormProps<V>, "disabled">;

/** A form at the side of a page. */
export function FormDrawer<V extends object>({
  title,
  initial,
  send,
  onClose,
  saveText,
  children,
  disabled,
}: Props<V>) {
  const [form] = Form.useForm<V>();
  const { submit, isSending, problem, isStale } = useSubmit(form, send);
  const isWide = Grid.useBreakpoint().sm ?? true;
  return (
    <Drawer
      open
      title={title}
      size={isWide ? 520 : "100%"}
      onClose={() => onClose(false)}
      footer={
        <Flex justify="flex-end" gap={8}>
          <Button onClick={() => onClose(false)}>{t.cancel}</Button>
          <Button type="primary" loading={isSending} disabled={disabled} onClick={() => form.submit()}>
            {saveText ?? t.save}
          </Button>
        </Flex>
      }
    >
      {/* As after a change: what is shown is read again, and the form begins with that when it is opened. */}
      <FormProblem problem={problem} onAnew={isStale ? () => onClose(true) : undefined} />
      <Form<V>
        form={form}
        layout="vertical"
        initialValues={initial}
        disabled={disabled}
        onFinish={async (values) => {
          if (await submit(values)) onClose(true);
        }}
      >
        {children}
      </Form>
    </Drawer>
  );
}
