import { Form, Input, Radio } from "antd";

import { texts } from "../../../language/texts";
import { BasicItems } from "../BasicItems";
import { ConnectionTest, Servers } from "../ldap/ConnectionStep";
import { withScheme } from "../ldap/presets";
import type { StepProps } from "../steps";
import type { AdDraft } from "./draft";
import { Prepare } from "./Prepare";

const t = texts({
  security: ["加密方式", "Security"],
  tls: ["LDAPS（推荐）", "LDAPS (recommended)"],
  startTls: ["StartTLS", "StartTLS"],
  serversHint: [
    "域控制器，例如 ldaps://dc1.example.com。前一台无法连接时使用下一台。",
    "Domain controllers, such as ldaps://dc1.example.com. The next is asked where one does not answer.",
  ],
  ca: ["CA 证书（PEM）", "Authority (PEM)"],
  caHint: [
    "签发域控制器证书的 CA。留空则使用系统信任的 CA。",
    "Who signed the controllers' certificates. Empty: those that this machine trusts.",
  ],
  base: ["搜索起点（Base DN）", "Base DN"],
  baseHint: ["域的 DN，或其中一部分。", "The DN of the domain, or of a part of it."],
  domain: ["域短名称（NetBIOS）", "Short name of the domain (NetBIOS)"],
  domainHint: [
    "填写后可用 EXAMPLE\\用户名 登录。UPN 和用户名始终可用。",
    "With it, people can sign in as EXAMPLE\\name. Principal names and account names always work.",
  ],
  account: ["目录账号", "Account"],
  accountHint: [
    "例如 gatehouse@example.com 或 EXAMPLE\\gatehouse。",
    "Such as gatehouse@example.com or EXAMPLE\\gatehouse.",
  ],
  secret: ["密码", "Password"],
  secretSet: ["已设置，留空则不变", "Set; leave empty to keep it"],
});

/** Where the domain is, and as whom it is asked. */
export function ConnectionStep({ directory }: StepProps) {
  const form = Form.useFormInstance<AdDraft>();
  return (
    <>
      <BasicItems uses={["both", "organisation", "sign_in"]} />
      <Prepare />
      <Form.Item name={["source", "security"]} label={t.security}>
        <Radio.Group
          options={[
            { value: "tls", label: t.tls },
            { value: "start_tls", label: t.startTls },
          ]}
          onChange={({ target }) => {
            const { servers } = (form.getFieldsValue(true) as AdDraft).source;
            form.setFieldValue(["source", "servers"], withScheme(servers, target.value as "tls"));
          }}
        />
      </Form.Item>
      <Servers hint={t.serversHint} />
      <Form.Item name={["source", "ca"]} label={t.ca} extra={t.caHint}>
        <Input.TextArea className="mono" rows={3} placeholder="-----BEGIN CERTIFICATE-----" />
      </Form.Item>
      <Form.Item
        name={["source", "base"]}
        label={t.base}
        extra={t.baseHint}
        rules={[{ required: true, whitespace: true }]}
      >
        <Input className="mono" placeholder="DC=example,DC=com" autoComplete="off" />
      </Form.Item>
      <Form.Item name={["source", "domain"]} label={t.domain} extra={t.domainHint}>
        <Input className="mono" placeholder="EXAMPLE" autoComplete="off" style={{ maxWidth: 240 }} />
      </Form.Item>
      <Form.Item
        name={["source", "account"]}
        label={t.account}
        extra={t.accountHint}
        rules={[{ required: true, whitespace: true }]}
      >
        <Input className="mono" placeholder="gatehouse@example.com" autoComplete="off" />
      </Form.Item>
      <Form.Item name="secret" label={t.secret} rules={[{ required: !directory?.has_secret }]}>
        <Input.Password autoComplete="new-password" placeholder={directory?.has_secret ? t.secretSet : undefined} />
      </Form.Item>
      <ConnectionTest directory={directory} />
    </>
  );
}
