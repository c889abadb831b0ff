import { SendOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Form, Input, Typography } from "antd";
import { useState } from "react";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import type { Channel, SenderTestResult } from "../../api/schema";
import { texts } from "../../language/texts";
import { useSubmit } from "../../parts/useSubmit";

const t = texts({
  title: ["发送测试", "Try it out"],
  hint: [
    "立即用已保存的设置发送一条测试消息，并显示服务器的回答。",
    "Sends a test at once with what is saved, and shows what the service answers.",
  ],
  first: ["请先保存设置。", "Save the settings first."],
  address: ["收件邮箱", "To this mail address"],
  number: ["接收手机号", "To this number"],
  send: ["发送测试", "Send a test"],
  taken: ["已被接收", "It was taken"],
  refused: ["没有发出", "It was not taken"],
});

/** Sends a test, and tells what the service answered. */
export function SenderTest({ channel, isSet }: { channel: Channel; isSet: boolean }) {
  const mayTry = useMay()("senders:change");
  const [form] = Form.useForm<{ to: string }>();
  const [result, setResult] = useState<SenderTestResult>();
  const { submit, isSending, problem } = useSubmit(form, async (body: { to: string }) => {
    setResult(undefined);
    const sent =
      channel === "mail" ? api.POST("/senders/mail/tests", { body }) : api.POST("/senders/sms/tests", { body });
    setResult(await told(sent));
  });
  if (!mayTry) return null;
  return (
    <Card title={t.title}>
      <Typography.Paragraph type="secondary">{isSet ? t.hint : t.first}</Typography.Paragraph>
      <Form form={form} layout="vertical" disabled={!isSet} onFinish={(values) => void submit(values)}>
        <Form.Item
          name="to"
          label={channel === "mail" ? t.address : t.number}
          rules={[{ required: true, whitespace: true }]}
        >
          <Input
            type={channel === "mail" ? "email" : "tel"}
            placeholder={channel === "mail" ? "name@example.com" : "+86 138 0013 8000"}
          />
        </Form.Item>
        <Button htmlType="submit" icon={<SendOutlined />} loading={isSending}>
          {t.send}
        </Button>
      </Form>
      <div aria-live="polite" style={{ marginTop: 16 }}>
        {problem && <Alert type="error" showIcon title={problem} />}
        {result && (
          <Alert
            type={result.taken ? "success" : "error"}
            showIcon
            title={result.taken ? t.taken : t.refused}
            description={<span style={{ overflowWrap: "anywhere" }}>{result.finding}</span>}
          />
        )}
      </div>
    </Card>
  );
}
