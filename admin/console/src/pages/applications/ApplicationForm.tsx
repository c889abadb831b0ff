import { Alert, App, Button, Card, Flex, Form, Grid, Select, Steps, Tabs } from "antd";
import { useState } from "react";

import { useMay } from "../../api/caller";
import type { Draft } from "../../api/draft";
import type { Definition } from "../../api/schema";
import { nameOf } from "../../language/names";
import { texts } from "../../language/texts";
import { FormProblem } from "../../parts/FormProblem";
import { useSubmit } from "../../parts/useSubmit";
import type { ChosenIcon } from "./ApplicationIcon";
import { SECTIONS } from "./sections";
import { Tryout } from "./Tryout";

const t = texts({
  part: ["设置的部分", "Part of the settings"],
  next: ["下一步", "Next"],
  back: ["上一步", "Back"],
  publish: ["发布", "Publish"],
  save: ["保存", "Save"],
  saved: ["已保存，正在各节点生效", "Saved; it takes effect on every node"],
  undo: ["撤销修改", "Undo changes"],
  readOnly: ["您的角色只能查看", "Your role may look, not change"],
});

type Props = {
  initial: Definition;
  /** Of an application that is there. */
  id?: string;
  /** Step by step. */
  isNew?: boolean;
  /** The picture that a new one is to have. */
  icon?: ChosenIcon;
  /** What the form was read from, where there is such an application. */
  draft?: Pick<Draft<unknown>, "touch" | "renew">;
  mayChange: boolean;
  send: (definition: Definition) => Promise<unknown>;
};

/** Everything about an application: step by step for a new one, else side by side. */
export function ApplicationForm({ initial, id, isNew = false, icon, draft, mayChange, send }: Props) {
  const may = useMay();
  const [form] = Form.useForm<Definition>();
  const { message } = App.useApp();
  const isWide = Grid.useBreakpoint().md ?? true;
  const [at, setAt] = useState(0);
  const { submit, isSending, problem, isStale, clear } = useSubmit(form, send);
  const isLast = at === SECTIONS.length - 1;

  /** Shows the part where a field is wrong. */
  const turnTo = (field: string | number | undefined) => {
    const found = SECTIONS.findIndex(({ fields }) => fields.includes(String(field)));
    if (found >= 0) setAt(found);
  };
  const finish = async () => {
    // All of it: what the form does not show is kept as it was.
    const done = await submit(form.getFieldsValue(true) as Definition);
    if (done) {
      void message.success(t.saved);
      await draft?.renew();
    } else turnTo(form.getFieldsError().find(({ errors }) => errors.length > 0)?.name[0]);
  };
  const undo = () => {
    form.resetFields();
    clear();
    void draft?.renew();
  };
  const next = async () => {
    const here = SECTIONS[at]?.fields ?? [];
    const fields = form.getFieldsError().map(({ name }) => name);
    try {
      await form.validateFields(fields.filter(([first]) => here.includes(String(first))) as never);
      setAt(at + 1);
    } catch {
      // The fields tell what is wrong.
    }
  };

  return (
    <Card>
      {isNew ? (
        <Steps
          current={at}
          size="small"
          responsive
          onChange={setAt}
          items={SECTIONS.map(({ title }) => ({ title }))}
          style={{ marginBottom: 32 }}
        />
      ) : isWide ? (
        <Tabs
          activeKey={String(at)}
          onChange={(key) => setAt(Number(key))}
          items={SECTIONS.map(({ title }, key) => ({ key: String(key), label: title }))}
        />
      ) : (
        // More tabs than fit would hide some behind a button among them.
        <Select
          aria-label={t.part}
          value={at}
          onChange={setAt}
          options={SECTIONS.map(({ title }, key) => ({ value: key, label: title }))}
          style={{ width: "100%", marginBottom: 24 }}
        />
      )}
      {!mayChange && <Alert type="info" showIcon title={t.readOnly} style={{ marginBottom: 16 }} />}
      <FormProblem problem={problem} onAnew={isStale ? undo : undefined} />
      <Form<Definition>
        form={form}
        layout="vertical"
        initialValues={initial}
        disabled={!mayChange}
        onValuesChange={draft?.touch}
        onPointerDownCapture={draft?.touch}
        onKeyDownCapture={draft?.touch}
        onFinish={() => void finish()}
        onFinishFailed={({ errorFields }) => turnTo(errorFields[0]?.name[0])}
        style={{ maxWidth: isWide ? 720 : undefined }}
      >
        {SECTIONS.map(({ title, content: Content }, index) => (
          // All are there, so that the form knows all its fields; one is seen.
          <section key={title} aria-label={title} hidden={index !== at}>
            <Content id={id} title={nameOf(initial.name)} icon={icon} />
          </section>
        ))}
        {mayChange && (
          <Flex gap={8} wrap style={{ marginTop: 24 }}>
            {isNew && at > 0 && <Button onClick={() => setAt(at - 1)}>{t.back}</Button>}
            {isNew && !isLast ? (
              <Button type="primary" onClick={() => void next()}>
                {t.next}
              </Button>
            ) : (
              <Button type="primary" htmlType="submit" loading={isSending}>
                {isNew ? t.publish : t.save}
              </Button>
            )}
            {!isNew && <Button onClick={undo}>{t.undo}</Button>}
            {id && may("access_log:read") && <Tryout id={id} />}
          </Flex>
        )}
      </Form>
    </Card>
  );
}
