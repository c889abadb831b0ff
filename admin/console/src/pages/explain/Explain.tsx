import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Form, Input, Select, Steps, Tag } from "antd";

import { useMayEverywhere } from "../../api/caller";
import { api, told } from "../../api/client";
import type { Explanation } from "../../api/schema";
import { texts } from "../../language/texts";
import { MemberChooser } from "../../parts/choosers";
import { Failed } from "../../parts/Failed";
import { PageHeader } from "../../parts/PageHeader";
import { refusalName } from "../requests/outcomes";

const t = texts({
  title: ["访问诊断", "Explain access"],
  lead: [
    "以某个人的身份、从某个地址访问某个网址，会怎样？这里给出每个阶段的结论和起决定作用的规则，不会真的发出请求。",
    "As somebody, from somewhere, to some page: what would happen? Each stage tells what it finds, and which rule decides. Nothing is sent.",
  ],
  who: ["以谁的身份", "As whom"],
  whoHint: ["留空表示尚未登录", "Empty: somebody who has not signed in"],
  from: ["来源地址", "From which address"],
  method: ["方法", "Method"],
  url: ["网址", "Page"],
  ask: ["诊断", "Explain"],
  granted: ["可以访问", "They get in"],
  denied: (why: string) => [`不能访问：${why}`, `They are refused: ${why}`],
  rule: ["起决定作用的规则", "Deciding rule"],
});

const STAGES: Readonly<Record<string, string>> = texts({
  client_address: ["来源地址", "Client address"],
  ip_rules: ["IP 规则", "IP rules"],
  route: ["路由", "Route"],
  session: ["会话", "Session"],
  policy: ["访问规则", "Policy"],
});

type Question = { as?: string; from: string; method: string; url: string };

export default function Explain() {
  const maySeePeople = useMayEverywhere()("members:read");
  const ask = useMutation({ mutationFn: (query: Question) => told(api.GET("/explain", { params: { query } })) });
  return (
    <>
      <PageHeader title={t.title} lead={t.lead} />
      <Flex gap={16} wrap align="flex-start">
        <Card style={{ flex: "1 1 320px", maxWidth: 480 }}>
          <Form<Question>
            layout="vertical"
            initialValues={{ method: "GET" }}
            onFinish={(question) => ask.mutate(question)}
          >
            {maySeePeople && (
              <Form.Item name="as" label={t.who} extra={t.whoHint}>
                <MemberChooser allowClear />
              </Form.Item>
            )}
            <Form.Item name="from" label={t.from} rules={[{ required: true }]}>
              <Input placeholder="192.0.2.7" className="mono" />
            </Form.Item>
            <Form.Item name="method" label={t.method}>
              <Select options={["GET", "POST", "PUT", "PATCH", "DELETE"].map((value) => ({ value, label: value }))} />
            </Form.Item>
            <Form.Item name="url" label={t.url} rules={[{ required: true }]}>
              <Input placeholder="https://wiki.example.com/page" className="mono" />
            </Form.Item>
            <Button type="primary" htmlType="submit" loading={ask.isPending}>
              {t.ask}
            </Button>
          </Form>
        </Card>
        <div style={{ flex: "2 1 360px", minWidth: 0 }} aria-live="polite">
          {ask.error && <Failed error={ask.error} />}
          {ask.data && <Told explanation={ask.data} />}
        </div>
      </Flex>
    </>
  );
}

function Told({ explanation: { granted, denial, rule, steps } }: { explanation: Explanation }) {
  return (
    <Card>
      <Alert
        type={granted ? "success" : "error"}
        showIcon
        title={granted ? t.granted : t.denied(refusalName(denial ?? ""))}
        description={
          rule && (
            <>
              {t.rule}: <Tag>{rule}</Tag>
            </>
          )
        }
        style={{ marginBottom: 24 }}
      />
      <Steps
        orientation="vertical"
        size="small"
        current={steps.length}
        items={steps.map(({ stage, finding }, index) => ({
          title: STAGES[stage] ?? stage,
          content: finding,
          status: !granted && index === steps.length - 1 ? "error" : "finish",
        }))}
      />
    </Card>
  );
}
