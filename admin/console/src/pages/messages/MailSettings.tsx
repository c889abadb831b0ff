import { Collapse, Flex, Form, Input, InputNumber, Select } from "antd";

import { api, told, versioned } from "../../api/client";
import { useDraft } from "../../api/draft";
import type { MailSender } from "../../api/schema";
import { texts } from "../../language/texts";
import { LocalTextItem } from "../../parts/LocalTextItem";
import { CeilingItems } from "./CeilingItems";
import { SenderFrame } from "./SenderFrame";
import { t as words } from "./words";

const t = texts({
  provider: ["邮箱服务商", "Provider"],
  providerHint: ["选择后自动填写服务器地址。", "Fills in the server's address."],
  feishu: ["飞书邮箱", "Feishu Mail"],
  aliyun: ["阿里企业邮箱", "Alibaba Mail"],
  exmail: ["腾讯企业邮箱", "Tencent Exmail"],
  microsoft: ["Microsoft 365", "Microsoft 365"],
  google: ["Google Workspace", "Google Workspace"],
  host: ["服务器", "Server"],
  port: ["端口", "Port"],
  security: ["加密方式", "Security"],
  tls: ["TLS（推荐，端口 465）", "TLS (recommended, port 465)"],
  startTls: ["STARTTLS（端口 587）", "STARTTLS (port 587)"],
  none: ["不加密（仅限无需密码的内网服务器）", "None (only for an internal server without a password)"],
  username: ["用户名", "User name"],
  usernameHint: ["不需要登录时留空。", "Empty where the server asks for none."],
  password: ["密码或授权码", "Password"],
  from: ["发件地址", "Sent from"],
  fromName: ["发件人名称", "Name beside it"],
  fromNameHint: ["留空时使用组织名称。", "The organisation's where it is empty."],
});

const PROVIDERS: { label: string; host: string; port: number; security: MailSender["security"] }[] = [
  { label: t.feishu, host: "smtp.feishu.cn", port: 465, security: "tls" },
  { label: t.aliyun, host: "smtp.qiye.aliyun.com", port: 465, security: "tls" },
  { label: t.exmail, host: "smtp.exmail.qq.com", port: 465, security: "tls" },
  { label: t.microsoft, host: "smtp.office365.com", port: 587, security: "start_tls" },
  { label: t.google, host: "smtp.gmail.com", port: 465, security: "tls" },
];

const BLANK: MailSender = {
  host: "",
  port: 465,
  security: "tls",
  from: "",
  ceilings: { per_recipient: 10, per_day: 2000 },
};

/** The mail server. */
export function MailSettings() {
  const draft = useDraft(["senders", "mail"], () => versioned(api.GET("/senders/mail")));
  return (
    <SenderFrame<MailSender>
      channel="mail"
      draft={draft}
      blank={BLANK}
      nothing={{ title: words.noMail, hint: words.noMailHint, off: words.offMail }}
      remove={() => told(api.DELETE("/senders/mail"))}
      send={({ sender, secret }) => {
        const params = { header: { "If-Match": draft.etag } };
        const trimmed = {
          ...sender,
          username: sender.username?.trim() || undefined,
          authority: sender.authority?.trim() || undefined,
        };
        return told(api.PUT("/senders/mail", { params, body: { sender: trimmed, secret } }));
      }}
    >
      <Fields hasSecret={draft.value.has_secret} />
    </SenderFrame>
  );
}

function Fields({ hasSecret }: { hasSecret: boolean }) {
  const form = Form.useFormInstance();
  return (
    <>
      <Form.Item label={t.provider} extra={t.providerHint} htmlFor="mail-provider">
        <Select
          id="mail-provider"
          allowClear
          options={PROVIDERS.map(({ label }, at) => ({ value: at, label }))}
          onChange={(at?: number) => {
            const chosen = at === undefined ? undefined : PROVIDERS[at];
            if (!chosen) return;
            const { host, port, security } = chosen;
            form.setFieldsValue({ sender: { host, port, security } });
          }}
        />
      </Form.Item>
      <Flex gap={16} wrap>
        <Form.Item
          name={["sender", "host"]}
          label={t.host}
          rules={[{ required: true, whitespace: true }]}
          style={{ flex: "1 1 220px" }}
        >
          <Input placeholder="smtp.example.com" autoComplete="off" />
        </Form.Item>
        <Form.Item name={["sender", "port"]} label={t.port} rules={[{ required: true }]}>
          <InputNumber min={1} max={65535} style={{ width: 110 }} />
        </Form.Item>
      </Flex>
      <Form.Item name={["sender", "security"]} label={t.security}>
        <Select
          options={[
            { value: "tls", label: t.tls },
            { value: "start_tls", label: t.startTls },
            { value: "none", label: t.none },
          ]}
        />
      </Form.Item>
      <Form.Item name={["sender", "username"]} label={t.username} extra={t.usernameHint}>
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item name="secret" label={t.password}>
        <Input.Password autoComplete="new-password" placeholder={hasSecret ? words.secretSet : undefined} />
      </Form.Item>
      <Form.Item name={["sender", "from"]} label={t.from} rules={[{ required: true, whitespace: true }]}>
        <Input inputMode="email" placeholder="gatehouse@example.com" autoComplete="off" />
      </Form.Item>
      <LocalTextItem name={["sender", "from_name"]} label={t.fromName} extra={t.fromNameHint} />
      <CeilingItems />
      <Collapse
        size="small"
        style={{ marginBottom: 24 }}
        items={[
          {
            key: "more",
            label: words.advanced,
            forceRender: true,
            children: (
              <Form.Item name={["sender", "authority"]} label={words.authority} extra={words.authorityHint}>
                <Input.TextArea rows={4} className="mono" placeholder="-----BEGIN CERTIFICATE-----" />
              </Form.Item>
            ),
          },
        ]}
      />
    </>
  );
}
