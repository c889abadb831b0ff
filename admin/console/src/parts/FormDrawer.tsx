import { App, Button, Drawer, Flex, Form, type FormProps, Grid } from "antd";
import type { ReactNode } from "react";

import { texts } from "../language/texts";
import { FormProblem } from "./FormProblem";
import { useSubmit } from "./useSubmit";

const t = texts({
  save: ["保存", "Save"],
  cancel: ["取消", "Cancel"],
  leaveTitle: ["放弃已填写的内容？", "Discard what you have typed?"],
  leaveText: ["这些内容还没有保存。", "It is not saved."],
  leave: ["放弃", "Discard"],
  stay: ["继续填写", "Go on"],
});

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
  const { modal } = App.useApp();
  const leave = () => {
    if (isSending) return;
    if (!form.isFieldsTouched()) return onClose(false);
    void modal.confirm({
      title: t.leaveTitle,
      content: t.leaveText,
      okText: t.leave,
      cancelText: t.stay,
      okButtonProps: { danger: true },
      autoFocusButton: "cancel",
      onOk: () => onClose(false),
    });
  };
  const isWide = Grid.useBreakpoint().sm ?? true;
  return (
    <Drawer
      open
      title={title}
      size={isWide ? 520 : "100%"}
      onClose={leave}
      closable={!isSending}
      footer={
        <Flex justify="flex-end" gap={8}>
          <Button disabled={isSending} onClick={leave}>
            {t.cancel}
          </Button>
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
