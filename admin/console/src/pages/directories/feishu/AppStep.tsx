import { Form, Input, Radio } from "antd";

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
import { CLOUDS, type FeishuDraft, tidied } from "./feishu";

const t = texts({
  copyHint: [
    "在飞书开放平台创建企业自建应用：在“安全设置”添加重定向 URL，在“网页应用”填写桌面端和移动端主页。",
    "Make a custom app at Feishu's developer console: enter the redirect URL under Security Settings, and the home pages under Web App.",
  ],
  redirect: ["重定向 URL", "Redirect URL"],
  home: ["桌面端主页、移动端主页", "Desktop and mobile home page"],
  cloud: ["平台", "Platform"],
  feishu: ["飞书", "Feishu"],
  lark: ["Lark（国际版）", "Lark"],
  own: ["私有部署", "Private deployment"],
  url: ["开放平台地址", "Address of the open platform"],
  accounts: ["登录地址", "Address of the sign-in page"],
  appId: ["App ID", "App ID"],
  secret: ["App Secret", "App Secret"],
  secretHint: ["在“凭证与基础信息”中查看。", "Both are under Credentials & Basic Info."],
  tenant: ["企业标识（tenant_key）", "Company (tenant_key)"],
  tenantHint: [
    "测试连接后自动填写。只有该企业的成员可以登录。",
    "Filled in by the test. Only people of this company can sign in.",
  ],
  username: ["用户名取自", "Usernames are made of"],
  email: ["邮箱前缀（优先企业邮箱）", "The mailbox's name"],
  number: ["工号", "Employee number"],
  userId: ["飞书 user_id", "user_id"],
  mobile: ["手机号", "Mobile number"],
  usernameHint: [
    "没有相应信息的成员，用户名由飞书标识生成。",
    "Whoever has nothing of the kind gets one that is made of their id there.",
  ],
});

/** As which application we are known, and at which cloud. */
export function AppStep({ directory, id }: PageStepProps) {
  const { access_url } = useCaller();
  const form = Form.useFormInstance<FeishuDraft>();
  const source = Form.useWatch((all: FeishuDraft) => all.source, { form, preserve: true });
  const cloud = (Object.keys(CLOUDS) as (keyof typeof CLOUDS)[]).find((name) => CLOUDS[name].url === source?.url);
  const { callback, start } = addressesOf(access_url, id);
  return (
    <>
      <BasicItems uses={["both", "organisation", "sign_in"]} />
      <CopyThese
        title={common.copyTitle}
        hint={t.copyHint}
        values={[
          { label: t.redirect, value: callback },
          { label: t.home, value: start },
        ]}
      />
      <Form.Item label={t.cloud}>
        <Radio.Group
          aria-label={t.cloud}
          value={cloud ?? "own"}
          options={[
            { value: "feishu", label: t.feishu },
            { value: "lark", label: t.lark },
            { value: "own", label: t.own },
          ]}
          onChange={({ target }) => {
            const chosen = CLOUDS[target.value as keyof typeof CLOUDS] ?? { url: "", accounts_url: "" };
            form.setFieldsValue({ source: chosen } as never);
          }}
        />
      </Form.Item>
      <div hidden={cloud !== undefined}>
        <TextItem at={["url"]} label={t.url} placeholder="https://open.example.com" needed />
        <TextItem at={["accounts_url"]} label={t.accounts} placeholder="https://accounts.example.com" needed />
        <LongItem
          at={["ca"]}
          label={common.ca}
          hint={common.caHint}
          placeholder="-----BEGIN CERTIFICATE-----"
          rows={3}
        />
      </div>
      <TextItem at={["app_id"]} label={t.appId} hint={t.secretHint} placeholder="cli_a1b2c3" needed />
      <SecretItem name="app_secret" label={t.secret} needed directory={directory} />
      <SuiteTest
        directory={directory}
        tidy={tidied}
        onFound={({ tenant }) => tenant && form.setFieldValue(["source", "tenant_key"], tenant.key)}
      />
      <Form.Item
        name={["source", "tenant_key"]}
        label={t.tenant}
        extra={t.tenantHint}
        rules={[{ required: true, whitespace: true }]}
      >
        <Input className="mono" autoComplete="off" />
      </Form.Item>
      <Form.Item name={["source", "username"]} label={t.username} extra={t.usernameHint}>
        <Radio.Group
          options={[
            { value: "email", label: t.email },
            { value: "employee_number", label: t.number },
            { value: "user_id", label: t.userId },
            { value: "mobile", label: t.mobile },
          ]}
        />
      </Form.Item>
    </>
  );
}
