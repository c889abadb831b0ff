import { Checkbox, Form, InputNumber, Radio, Switch } from "antd";

import { texts } from "../../language/texts";
import type { Part } from "./part";

const t = texts({
  demand: ["两步验证", "Two-step verification"],
  off: ["关闭：不要求任何人", "Off: nobody is asked"],
  optional: ["可选：设置了的人须验证", "Optional: whoever has set a factor up is asked"],
  required: ["必须：没有设置的人登录时须设置", "Required: whoever has none sets one up when signing in"],
  demandHint: [
    "应用自身的规则始终有效：要求两步验证的应用会单独要求。",
    "What an application asks for itself holds in any case.",
  ],
  methods: ["可用方式", "Factors that may be used"],
  authenticator: ["身份验证器应用", "Authenticator app"],
  passkey: ["通行密钥 / 安全密钥", "Passkey or security key"],
  sms: ["短信验证码", "Code by SMS"],
  mail: ["邮件验证码", "Code by mail"],
  methodsHint: [
    "首次设置时会附带恢复码。短信和邮件需先在“消息发送”中配置；要求两步验证时，有手机号或已验证邮箱的成员无需另行设置。",
    "Recovery codes come with the first. SMS and mail need a sender on the page “Messages”; where a factor is required, whoever has a mobile or a verified mail address need set up nothing.",
  ],
  alone: ["允许仅用通行密钥登录", "A passkey alone signs in"],
  aloneHint: [
    "经指纹、面容或 PIN 验证的通行密钥同时算作两个因素。",
    "One that has asked for a fingerprint, a face or a PIN is both factors at once.",
  ],
  codeAlone: ["允许用验证码代替密码登录", "A code signs in without a password"],
  codeAloneHint: [
    "验证码发送到手机或已验证的邮箱，只算一个因素：要求两步验证时，第二步不能再用同一途径的验证码。需先在“消息发送”中配置短信或邮件。",
    "It goes to the mobile or a verified mail address and is one factor: where a second one is asked for, no code by the same way is one. It needs a sender on the page “Messages”.",
  ],
  grace: ["宽限期（天）", "Grace (days)"],
  graceHint: [
    "要求设置后，可推迟这么多天；0 表示不可推迟。",
    "For so many days, setting one up can be put off; 0: it cannot.",
  ],
  remember: ["信任浏览器（天）", "Trusted browsers (days)"],
  rememberHint: [
    "成员可选择在这么多天内不再验证；0 表示每次都验证。",
    "A person may spare a browser the question for so many days; 0: it is asked each time.",
  ],
  most: ["每人可信任的浏览器数", "Trusted browsers of a person"],
});

/** What is asked besides the password. */
export function TwoStepFields({ at, path = at }: Part) {
  const required = Form.useWatch([...path, "demand"]) === "required";
  const remembers = Number(Form.useWatch([...path, "remember_days"])) > 0;
  const takesPasskeys = (Form.useWatch([...path, "methods"]) as string[] | undefined)?.includes("passkey");
  return (
    <>
      <Form.Item name={[...at, "demand"]} label={t.demand} extra={t.demandHint}>
        <Radio.Group
          vertical
          options={(["off", "optional", "required"] as const).map((value) => ({ value, label: t[value] }))}
        />
      </Form.Item>
      <Form.Item name={[...at, "methods"]} label={t.methods} extra={t.methodsHint}>
        <Checkbox.Group
          style={{ display: "grid", gap: 4 }}
          options={(["authenticator", "passkey", "sms", "mail"] as const).map((value) => ({ value, label: t[value] }))}
        />
      </Form.Item>
      <Form.Item name={[...at, "passkey_alone"]} label={t.alone} extra={t.aloneHint} valuePropName="checked">
        <Switch disabled={takesPasskeys ? undefined : true} />
      </Form.Item>
      <Form.Item name={[...at, "code_alone"]} label={t.codeAlone} extra={t.codeAloneHint} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name={[...at, "grace_days"]} label={t.grace} extra={t.graceHint} hidden={!required}>
        <InputNumber min={0} max={90} precision={0} />
      </Form.Item>
      <Form.Item name={[...at, "remember_days"]} label={t.remember} extra={t.rememberHint}>
        <InputNumber min={0} max={90} precision={0} />
      </Form.Item>
      <Form.Item name={[...at, "remember_most"]} label={t.most} hidden={!remembers}>
        <InputNumber min={1} max={20} precision={0} />
      </Form.Item>
    </>
  );
}
