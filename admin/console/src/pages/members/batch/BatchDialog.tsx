import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Modal, Progress, Typography } from "antd";
import { useRef, useState } from "react";

import { api, told } from "../../../api/client";
import type { BatchAction } from "../../../api/schema";
import { plural, texts } from "../../../language/texts";
import { GroupChooser } from "../../../parts/choosers";
import { DepartmentChooser } from "../../../parts/DepartmentChooser";
import { BatchOutcome } from "./BatchOutcome";
import { type BatchKind, EFFECTS, KINDS, NAMES } from "./kinds";
import { inParts, type Outcome, triedOf } from "./run";

const people = (n: number) => plural(n, "member");

const t = texts({
  title: (what: string, n: number) => [`${what}：${n} 名成员`, `${what}: ${people(n)}`],
  department: ["部门", "Department"],
  group: ["用户组", "Group"],
  choose: ["请选择", "Choose one"],
  cancel: ["取消", "Cancel"],
  stop: ["停止", "Stop"],
  goOn: ["继续处理其余成员", "Go on with the rest"],
  close: ["完成", "Close"],
  progress: (done: number, all: number) => [`已处理 ${done} / ${all}`, `${done} of ${all} done`],
});

export type Chosen = { id: string; name: string };

type Props = {
  kind: BatchKind;
  members: readonly Chosen[];
  /** The department that is shown, which is likely meant. */
  department: string | undefined;
  onClose: (isDone: boolean) => void;
};

type Target = { department?: string; group?: string };

/** Asks what is needed, does it in parts with its progress in sight, and tells how it went. */
export function BatchDialog({ kind, members, department, onClose }: Props) {
  const queries = useQueryClient();
  const [form] = Form.useForm<Target>();
  const [progress, setProgress] = useState<Outcome>();
  const [outcome, setOutcome] = useState<Outcome>();
  const isLeft = useRef(false);
  const { isDanger, needs } = KINDS.find((one) => one.kind === kind) ?? {};
  const [target, setTarget] = useState<Target>({});
  const isRunning = progress !== undefined && outcome === undefined;
  // Nothing was done: it is asked again, with the reason above.
  const isAsking = !isRunning && (!outcome || triedOf(outcome) === 0);
  const ids = members.map(({ id }) => id);

  const run = async (target: Target, before?: Outcome) => {
    isLeft.current = false;
    setTarget(target);
    setOutcome(undefined);
    setProgress(before ?? { done: 0, failures: [] });
    const action = { kind, ...target } as BatchAction;
    const send = (part: string[]) => told(api.POST("/member-batch", { body: { action, members: part } }));
    setOutcome(await inParts(ids, send, setProgress, () => isLeft.current, before));
    setProgress(undefined);
    await queries.invalidateQueries();
  };

  const buttons =
    outcome && !isAsking ? (
      <>
        {triedOf(outcome) < ids.length && <Button onClick={() => void run(target, outcome)}>{t.goOn}</Button>}
        <Button type="primary" onClick={() => onClose(true)}>
          {t.close}
        </Button>
      </>
    ) : (
      <>
        <Button
          onClick={() => {
            isLeft.current = true;
            if (!isRunning) onClose(false);
          }}
        >
          {isRunning ? t.stop : t.cancel}
        </Button>
        <Button type="primary" danger={isDanger} loading={isRunning} onClick={() => form.submit()}>
          {NAMES[kind]}
        </Button>
      </>
    );

  return (
    <Modal
      open
      title={t.title(NAMES[kind], members.length)}
      footer={buttons}
      closable={!isRunning}
      mask={{ closable: false }}
      onCancel={() => onClose(outcome !== undefined && !isAsking)}
    >
      {outcome?.problem && <Alert type="error" showIcon title={outcome.problem} style={{ marginBottom: 16 }} />}
      {outcome && !isAsking && <BatchOutcome outcome={outcome} members={members} />}
      {isRunning && <Running done={triedOf(progress)} all={members.length} />}
      {isAsking && <Typography.Paragraph>{EFFECTS[kind](members.length)}</Typography.Paragraph>}
      <Form<Target>
        form={form}
        hidden={!isAsking}
        layout="vertical"
        initialValues={{ department: kind === "remove_department" ? department : undefined }}
        onFinish={(target) => void run(target)}
      >
        {needs === "department" && (
          <Form.Item name="department" label={t.department} rules={[{ required: true, message: t.choose }]}>
            <DepartmentChooser />
          </Form.Item>
        )}
        {needs === "group" && (
          <Form.Item name="group" label={t.group} rules={[{ required: true, message: t.choose }]}>
            <GroupChooser byHand />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}

function Running({ done, all }: { done: number; all: number }) {
  return (
    <div aria-live="polite">
      <Progress aria-label={t.progress(done, all)} percent={Math.round((100 * done) / all)} status="active" />
      <Typography.Text type="secondary">{t.progress(done, all)}</Typography.Text>
    </div>
  );
}
