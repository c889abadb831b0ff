import { Form, InputNumber, Radio } from "antd";

import { useCaller } from "../../../api/caller";
import { texts } from "../../../language/texts";
import { BasicItems } from "../BasicItems";
import { addressesOf } from "../page/addresses";
import { CopyThese } from "../page/CopyThese";
import { LongItem, TextItem } from "../page/items";
import { t as common } from "../page/words";
import type { PageStepProps } from "../steps";
import { SecretItem } from "../suite/secrets";
import { SuiteTest } from "../suite/SuiteTest";
import { CLOUD, tidied, type WeComDraft } from "./wecom";

const t = texts({
  copyHint: [
    "在企业微信管理后台创建自建应用：设置可见范围，在“企业微信授权登录”填写授权回调域，在“网页授权及 JS-SDK”填写可信域名，在“企业可信 IP”填写本机出口地址，在“应用主页”填写主页。",
    "Make an application in WeCom's admin console: choose who may be seen, enter the domain under Authorized Login and as trusted domain, our outgoing address under Trusted IP, and the home page.",
  ],
  domain: ["授权回调域、可信域名", "Callback and trusted domain"],
  home: ["应用主页", "Home page"],
  cloud: ["平台", "Platform"],
  shared: ["企业微信", "WeCom"],
  own: ["私有部署", "Private deployment"],
  url: ["API 地址", "Address of the API"],
  signIn: ["扫码登录地址", "Address of the sign-in page"],
  inside: ["应用内授权地址", "Address for signing in inside of WeCom"],
  corpId: ["企业 ID", "Corp ID"],
  corpHint: ["在“我的企业 > 企业信息”中查看。", "Under My Company."],
  agentId: ["AgentId", "AgentId"],
  secret: ["Secret", "Secret"],
  username: ["用户名取自", "Usernames are made of"],
  userId: ["企业微信账号（userid）", "The account (userid)"],
  email: ["邮箱前缀（优先企业邮箱）", "The mailbox's name"],
  mobile: ["手机号", "Mobile number"],
  usernameHint: [
    "没有相应信息的成员，用户名由账号生成。新建的应用通常读不到手机号和邮箱。",
    "Whoever has nothing of the kind gets one that is made of their id. New applications are told neither mobile numbers nor mail addresses.",
  ],
});

/** As which application we are known, and at which cloud. */
export function AppStep({ directory, id }: PageStepProps) {
  const { access_url } = useCaller();
  const form = Form.useFormInstance<WeComDraft>();
  const source = Form.useWatch((all: WeComDraft) => all.source, { form, preserve: true });
  const isOwn = source !== undefined && source.url !== CLOUD.url;
  const { start } = addressesOf(access_url, id);
  return (
    <>
      <BasicItems uses={["both", "organisation", "sign_in"]} />
      <CopyThese
        title={common.copyTitle}
        hint={t.copyHint}
        values={[
          { label: t.domain, value: new URL(start).host },
          { label: t.home, value: start },
        ]}
      />
      <Form.Item label={t.cloud}>
        <Radio.Group
          aria-label={t.cloud}
          value={isOwn ? "own" : "shared"}
          options={[
            { value: "shared", label: t.shared },
            { value: "own", label: t.own },
          ]}
          onChange={({ target }) => {
            const blank = { url: "", sign_in_url: "", inside_url: "" };
            form.setFieldsValue({ source: target.value === "own" ? blank : CLOUD } as never);
          }}
        />
      </Form.Item>
      <div hidden={!isOwn}>
        <TextItem at={["url"]} label={t.url} placeholder="https://api.example.com" needed />
        <TextItem at={["sign_in_url"]} label={t.signIn} placeholder="https://login.example.com" needed />
        <TextItem at={["inside_url"]} label={t.inside} placeholder="https://open.example.com" needed />
        <LongItem
          at={["ca"]}
          label={common.ca}
          hint={common.caHint}
          placeholder="-----BEGIN CERTIFICATE-----"
          rows={3}
        />
      </div>
      <TextItem at={["corp_id"]} label={t.corpId} hint={t.corpHint} placeholder="ww0123456789abcdef" needed />
      <Form.Item name={["source", "agent_id"]} label={t.agentId} rules={[{ required: true, type: "integer", min: 1 }]}>
        <InputNumber className="mono" controls={false} placeholder="1000002" style={{ width: "100%" }} />
      </Form.Item>
      <SecretItem name="app_secret" label={t.secret} needed directory={directory} />
      <SuiteTest directory={directory} tidy={tidied} onFound={() => undefined} />
      <Form.Item name={["source", "username"]} label={t.username} extra={t.usernameHint}>
        <Radio.Group
          options={[
            { value: "user_id", label: t.userId },
            { value: "email", label: t.email },
            { value: "mobile", label: t.mobile },
          ]}
        />
      </Form.Item>
    </>
  );
}
