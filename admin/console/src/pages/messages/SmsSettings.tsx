import { Alert, Form, Input, Select } from "antd";

import { useCaller } from "../../api/caller";
import { api, told, versioned } from "../../api/client";
import { useDraft } from "../../api/draft";
import type { SmsSender, SmsService } from "../../api/schema";
import { texts } from "../../language/texts";
import { CeilingItems } from "./CeilingItems";
import { SenderFrame } from "./SenderFrame";
import { TemplatesItem } from "./TemplatesItem";
import { t as words } from "./words";

const t = texts({
  provider: ["服务商", "Service"],
  aliyun: ["阿里云短信", "Alibaba Cloud SMS"],
  tencent: ["腾讯云短信", "Tencent Cloud SMS"],
  twilio: ["Twilio", "Twilio"],
  webhook: ["自有服务（Webhook）", "Your own service (webhook)"],
  key: ["AccessKey ID", "AccessKey ID"],
  keySecret: ["AccessKey Secret", "AccessKey Secret"],
  secretId: ["SecretId", "SecretId"],
  secretKey: ["SecretKey", "SecretKey"],
  appId: ["短信应用 SdkAppId", "SdkAppId of the application"],
  region: ["地域", "Region"],
  sign: ["短信签名", "Signature (签名)"],
  signHint: ["在服务商处审核通过的签名。", "As the service has approved it."],
  account: ["Account SID", "Account SID"],
  token: ["Auth Token", "Auth Token"],
  from: ["发送号码或消息服务 SID", "Number, or SID of a messaging service"],
  url: ["接收地址", "Address"],
  urlHint: [
    "每条短信以 JSON 格式 POST 到该地址，按 Standard Webhooks 规范签名。",
    "Each message is posted there as JSON, signed as Standard Webhooks has it.",
  ],
  webhookSecret: ["签名密钥", "Secret of the signature"],
  endpoint: ["接口地址", "Address of the service"],
  endpointHint: ["仅在使用专有云或代理时填写。", "Only for a private cloud or a proxy of your own."],
  country: ["默认国家代码", "Default country code"],
  countryHint: ["用于没有写国家代码的手机号。", "For numbers that are kept without one."],
  aliyunHint: [
    "模板变量：${code} 为验证码（19 个字符），${hours} 为有效小时数。",
    "Variables of the template: ${code} is the code (19 characters), ${hours} for how many hours it works.",
  ],
  tencentHint: [
    "模板变量：{1} 为验证码（19 个字符），{2} 为有效小时数。",
    "Variables of the template: {1} is the code (19 characters), {2} for how many hours it works.",
  ],
  templateHint: (page: string) => [
    `请申请通知类模板，不要使用验证码类模板（只接受一个较短的变量）。模板正文须写明网址 ${page}，本人在该页面输入验证码。`,
    `Register a notification template (通知类), not one for captchas, which takes one short variable. Its text must name the page that takes the code: ${page}.`,
  ],
});

type Provider = SmsService["provider"];

const SECRETS: Record<Provider, string> = {
  aliyun: t.keySecret,
  tencent: t.secretKey,
  twilio: t.token,
  webhook: t.webhookSecret,
};

const BLANK: SmsSender = {
  service: { provider: "aliyun", access_key_id: "", sign_name: "", templates: [] },
  country_code: "86",
  ceilings: { per_recipient: 10, per_day: 2000 },
};

/** The SMS service. */
export function SmsSettings() {
  const draft = useDraft(["senders", "sms"], () => versioned(api.GET("/senders/sms")));
  return (
    <SenderFrame<SmsSender>
      channel="sms"
      draft={draft}
      blank={BLANK}
      nothing={{ title: words.noSms, hint: words.noSmsHint, off: words.offSms }}
      remove={() => told(api.DELETE("/senders/sms"))}
      send={({ sender, secret }) => {
        const params = { header: { "If-Match": draft.etag } };
        const body = { sender: { ...sender, service: pruned(sender.service) }, secret };
        return told(api.PUT("/senders/sms", { params, body }));
      }}
    >
      <Fields hasSecret={draft.value.has_secret} />
    </SenderFrame>
  );
}

/** Without what was left empty. */
function pruned(service: SmsService): SmsService {
  const entries = Object.entries(service).filter(
    ([key, value]) => !(["endpoint", "authority"].includes(key) && !value),
  );
  return Object.fromEntries(entries) as SmsService;
}

function Fields({ hasSecret }: { hasSecret: boolean }) {
  const { access_url } = useCaller();
  const provider = (Form.useWatch(["sender", "service", "provider"]) ?? "aliyun") as Provider;
  return (
    <>
      <Form.Item name={["sender", "service", "provider"]} label={t.provider}>
        <Select
          options={[
            { value: "aliyun", label: t.aliyun },
            { value: "tencent", label: t.tencent },
            { value: "twilio", label: t.twilio },
            { value: "webhook", label: t.webhook },
          ]}
        />
      </Form.Item>
      {provider === "aliyun" && <Line field="access_key_id" label={t.key} />}
      {provider === "tencent" && <Line field="secret_id" label={t.secretId} />}
      {provider === "twilio" && <Line field="account_sid" label={t.account} />}
      {provider === "webhook" && <Line field="url" label={t.url} hint={t.urlHint} placeholder="https://" />}
      <Form.Item name="secret" label={SECRETS[provider]}>
        <Input.Password autoComplete="new-password" placeholder={hasSecret ? words.secretSet : undefined} />
      </Form.Item>
      {provider === "tencent" && (
        <>
          <Line field="app_id" label={t.appId} />
          <Line field="region" label={t.region} initial="ap-guangzhou" />
        </>
      )}
      {(provider === "aliyun" || provider === "tencent") && (
        <>
          <Line field="sign_name" label={t.sign} hint={t.signHint} optional={provider === "tencent"} />
          <Alert
            type="info"
            showIcon
            title={provider === "aliyun" ? t.aliyunHint : t.tencentHint}
            description={t.templateHint(new URL("/welcome", access_url).href)}
            style={{ marginBottom: 16 }}
          />
          <TemplatesItem />
        </>
      )}
      {provider === "twilio" && <Line field="from" label={t.from} placeholder="+14155550100" />}
      {provider === "webhook" ? (
        <Form.Item name={["sender", "service", "authority"]} label={words.authority} extra={words.authorityHint}>
          <Input.TextArea rows={3} className="mono" placeholder="-----BEGIN CERTIFICATE-----" />
        </Form.Item>
      ) : (
        <Line field="endpoint" label={t.endpoint} hint={t.endpointHint} placeholder="https://" optional />
      )}
      <Form.Item name={["sender", "country_code"]} label={t.country} extra={t.countryHint} rules={[{ required: true }]}>
        <Input prefix="+" maxLength={4} style={{ width: 120 }} />
      </Form.Item>
      <CeilingItems />
    </>
  );
}

type LineProps = {
  field: string;
  label: string;
  hint?: string;
  placeholder?: string;
  initial?: string;
  optional?: boolean;
};

function Line({ field, label, hint, placeholder, initial, optional }: LineProps) {
  return (
    <Form.Item
      name={["sender", "service", field]}
      label={label}
      extra={hint}
      initialValue={initial}
      rules={optional ? [] : [{ required: true, whitespace: true }]}
      preserve={false}
    >
      <Input autoComplete="off" placeholder={placeholder} />
    </Form.Item>
  );
}
