import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Card, Flex, Form, Input, Switch, Typography } from "antd";
import type { ComponentType } from "react";

import type { SignInPolicy } from "../../api/schema";
import { texts } from "../../language/texts";
import { Audience } from "./Audience";
import { AttemptFields } from "./AttemptFields";
import { PasswordFields } from "./PasswordFields";
import { RiskFields } from "./RiskFields";
import { SessionFields } from "./SessionFields";
import { TwoStepFields } from "./TwoStepFields";
import type { Part as Place } from "./part";
import { WaysFields } from "./WaysFields";

const t = texts({
  title: ["例外", "Exceptions"],
  lead: [
    "为部分用户组或访客设置不同的规则。按顺序匹配：每一部分采用第一个适用且设置了该部分的例外。",
    "Other rules for some groups, or for guests. In their order: of each part, the first exception that fits a person and has that part holds.",
  ],
  add: ["添加例外", "Add an exception"],
  name: ["名称", "Name"],
  who: ["适用对象", "For whom"],
  remove: ["删除此例外", "Remove this exception"],
  ways: ["不同的登录途径", "Other ways to come in"],
  two_step: ["不同的两步验证", "Other two-step verification"],
  password: ["不同的密码规则", "Other rules for passwords"],
  sessions: ["不同的登录时长", "Another time to stay signed in"],
  attempts: ["不同的防猜测规则", "Other rules against guessing"],
  risk: ["不同的异常登录规则", "Other rules for unusual sign-ins"],
});

const PARTS = {
  ways: WaysFields,
  two_step: TwoStepFields,
  password: PasswordFields,
  sessions: SessionFields,
  attempts: AttemptFields,
  risk: RiskFields,
} satisfies Record<string, ComponentType<Place>>;
type Part = keyof typeof PARTS;

/** Keeps a value in the form that nothing shows: the absence of a part is one. */
const Kept = () => null;

/** A part of an exception, which begins as it is for everybody. */
function OwnPart({ index, part, isOwn }: { index: number; part: Part; isOwn: boolean }) {
  const form = Form.useFormInstance();
  const Fields = PARTS[part];
  const [at, path] = [
    [index, part],
    ["exceptions", index, part],
  ];
  const turn = (on: boolean) => form.setFieldValue(path, on ? (form.getFieldValue([part]) as object) : null);
  return (
    <>
      <Flex gap={8} align="center" style={{ marginBottom: 12 }}>
        <Switch size="small" checked={isOwn} onChange={turn} aria-label={t[part]} />
        <span>{t[part]}</span>
      </Flex>
      <Form.Item name={at} noStyle>
        <Kept />
      </Form.Item>
      {isOwn && (
        <div style={{ paddingInlineStart: 16 }}>
          <Fields at={at} path={path} />
        </div>
      )}
    </>
  );
}

/** Rules for some, in their order. */
export function Exceptions({ mayChange }: { mayChange: boolean }) {
  const policy = Form.useWatch((all: SignInPolicy) => all.exceptions) ?? [];
  return (
    <>
      <Typography.Title level={4}>{t.title}</Typography.Title>
      <Typography.Paragraph type="secondary">{t.lead}</Typography.Paragraph>
      <Form.List name="exceptions">
        {(fields, { add, remove }) => (
          <Flex vertical gap={12} style={{ marginBottom: 16 }}>
            {fields.map(({ key, name }) => (
              <Card key={key} size="small">
                <Form.Item name={[name, "name"]} label={t.name} required>
                  <Input maxLength={100} />
                </Form.Item>
                <Form.Item name={[name, "who"]} label={t.who} required>
                  <Audience />
                </Form.Item>
                {(Object.keys(PARTS) as Part[]).map((part) => (
                  <OwnPart key={part} index={name} part={part} isOwn={Boolean(policy[name]?.[part])} />
                ))}
                {mayChange && (
                  <Button
                    danger
                    type="text"
                    icon={<DeleteOutlined />}
                    onClick={() => remove(name)}
                    aria-label={`${t.remove}: ${policy[name]?.name ?? ""}`}
                  >
                    {t.remove}
                  </Button>
                )}
              </Card>
            ))}
            {mayChange && (
              <Button icon={<PlusOutlined />} onClick={() => add({ name: "", who: [] })} disabled={fields.length >= 50}>
                {t.add}
              </Button>
            )}
          </Flex>
        )}
      </Form.List>
    </>
  );
}
