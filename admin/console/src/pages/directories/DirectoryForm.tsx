import { Alert, Button, Card, Flex, Form, Grid, Select, Steps, Tabs } from "antd";
import type { ReactNode } from "react";

import type { Draft } from "../../api/draft";
import type { Directory, DirectoryDraft } from "../../api/schema";
import { texts } from "../../language/texts";
import { FormProblem } from "../../parts/FormProblem";
import { useAction } from "../../parts/useAction";
import { useSubmit } from "../../parts/useSubmit";
import { SignInStep } from "./SignInStep";
import { type KindSetUp, type Step, stepOf } from "./steps";
import { TakeOverStep } from "./TakeOverStep";
import { t as words } from "./words";

const t = texts({
  part: ["设置的部分", "Part of the settings"],
  kind: ["类型", "Kind"],
  signIn: ["登录", "Sign-in"],
  takeOver: ["同步方式", "How it is taken over"],
  firstRun: ["首次同步", "First run"],
  finish: ["启用", "Switch on"],
  next: ["保存并继续", "Save and go on"],
  back: ["上一步", "Back"],
  save: ["保存", "Save"],
  saved: ["已保存", "Saved"],
  undo: ["撤销修改", "Undo changes"],
});

const TAKE_OVER: Step = { key: "take-over", title: t.takeOver, fields: ["organisation"], content: TakeOverStep };
const SIGN_IN: Step = { key: "sign-in", title: t.signIn, fields: ["sign_in"], content: SignInStep };

/** The parts of a directory's settings, in their order. */
export function stepsOf(kind: KindSetUp, usedFor: DirectoryDraft["used_for"]): Step[] {
  const takeOver = usedFor === "sign_in" ? [] : [TAKE_OVER];
  const signIn = usedFor === "organisation" ? [] : [SIGN_IN];
  return [...kind.steps, ...takeOver, ...signIn];
}

type Props = {
  kind: KindSetUp;
  initial: DirectoryDraft;
  directory?: Directory;
  /** Its id, which it has before it is kept. */
  id: string;
  /** What the form was read from, where it is kept. */
  draft?: Pick<Draft<unknown>, "touch" | "renew">;
  mayChange: boolean;
  /** The part that is seen. */
  at: number;
  setAt: (at: number) => void;
  /** Step by step, with this as the last one. */
  last?: ReactNode;
  /** What is to be seen beside the form. */
  note?: string;
  send: (body: DirectoryDraft) => Promise<unknown>;
};

/** Everything about a directory: step by step while it is set up, else side by side. */
export function DirectoryForm({ kind, initial, directory, id, draft, mayChange, at, setAt, last, note, send }: Props) {
  const [form] = Form.useForm<DirectoryDraft>();
  const isWide = Grid.useBreakpoint().md ?? true;
  const { act } = useAction();
  const usedFor = Form.useWatch("used_for", form) ?? initial.used_for;
  const steps = stepsOf(kind, usedFor);
  const { submit, isSending, problem, isStale, clear } = useSubmit(form, (body: DirectoryDraft) =>
    send(kind.tidy(body)),
  );
  const isSetUp = last !== undefined;
  const isLast = at >= steps.length;

  const turnTo = (field: (string | number)[] | undefined) => {
    const found = stepOf(steps, field ?? []);
    if (found >= 0) setAt(found);
  };
  const undo = () => {
    form.resetFields();
    clear();
    void draft?.renew();
  };
  const keep = async () => {
    // All of it: what the form does not show is kept as it was.
    const body = form.getFieldsValue(true) as DirectoryDraft;
    const done = await submit(body);
    if (!done) turnTo(form.getFieldsError().find(({ errors }) => errors.length > 0)?.name);
    return done;
  };
  const finish = async () => {
    if (!isSetUp) {
      if (await keep()) await act(async () => draft?.renew(), t.saved);
      return;
    }
    const next = at + 1;
    if (!(await keep())) return;
    setAt(next);
    await draft?.renew();
  };

  return (
    <Card>
      {isSetUp ? (
        <Steps
          current={at + 1}
          size="small"
          responsive
          onChange={(to) => setAt(to - 1)}
          items={[
            { title: t.kind, disabled: true },
            ...steps.map(({ title }) => ({ title, disabled: !directory })),
            { title: usedFor === "sign_in" ? t.finish : t.firstRun, disabled: !directory },
          ]}
          style={{ marginBottom: 32 }}
        />
      ) : (
        <Parts steps={steps} at={at} setAt={setAt} isWide={isWide} />
      )}
      {!mayChange && <Alert type="info" showIcon title={words.readOnly} style={{ marginBottom: 16 }} />}
      {!isLast && <FormProblem problem={problem} onAnew={isStale ? undo : undefined} />}
      <Form<DirectoryDraft>
        form={form}
        layout="vertical"
        hidden={isLast}
        initialValues={initial}
        disabled={!mayChange}
        onValuesChange={draft?.touch}
        onPointerDownCapture={draft?.touch}
        onKeyDownCapture={draft?.touch}
        onFinish={() => void finish()}
        onFinishFailed={({ errorFields }) => turnTo(errorFields[0]?.name)}
        style={{ maxWidth: isWide ? 720 : undefined }}
      >
        {steps.map(({ key, title, content: Content }, index) => (
          // All are there, so that the form knows all its fields; one is seen.
          <section key={key} aria-label={title} hidden={index !== at}>
            <Content directory={directory} id={id} />
          </section>
        ))}
        {mayChange && (
          <Flex gap={8} wrap style={{ marginTop: 24 }}>
            {isSetUp && at > 0 && <Button onClick={() => setAt(at - 1)}>{t.back}</Button>}
            <Button type="primary" htmlType="submit" loading={isSending}>
              {isSetUp ? t.next : t.save}
            </Button>
            {!isSetUp && <Button onClick={undo}>{t.undo}</Button>}
          </Flex>
        )}
      </Form>
      {note && <Alert type="warning" showIcon title={note} style={{ marginTop: 16 }} />}
      {isLast && last}
    </Card>
  );
}

type PartsProps = { steps: Step[]; at: number; setAt: (at: number) => void; isWide: boolean };

function Parts({ steps, at, setAt, isWide }: PartsProps) {
  if (isWide) {
    return (
      <Tabs
        activeKey={String(at)}
        onChange={(key) => setAt(Number(key))}
        items={steps.map(({ title }, key) => ({ key: String(key), label: title }))}
      />
    );
  }
  return (
    <Select
      aria-label={t.part}
      value={at}
      onChange={setAt}
      options={steps.map(({ title }, key) => ({ value: key, label: title }))}
      style={{ width: "100%", marginBottom: 24 }}
    />
  );
}
