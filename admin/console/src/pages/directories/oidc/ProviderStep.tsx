import { Form, Input, Select } from "antd";

import { useCaller } from "../../../api/caller";
import type { DirectoryDraft, Source } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { BasicItems } from "../BasicItems";
import { addressesOf } from "../page/addresses";
import { ConnectionTest } from "../page/ConnectionTest";
import { CopyThese } from "../page/CopyThese";
import { LongItem, TextItem } from "../page/items";
import { t as common } from "../page/words";
import type { PageStepProps } from "../steps";
import { tidied } from "./oidc";
import { isPattern, type PresetName, PRESETS, withPreset } from "./presets";

export type OidcDraft = DirectoryDraft & { source: Extract<Source, { kind: "oidc" }> };

const t = texts({
  preset: ["身份提供方", "Provider"],
  presetHint: [
    "选择后自动填写 issuer 格式、scope 和声明，可随后修改。",
    "Fills in the pattern of the issuer, scopes and claims; they can be changed.",
  ],
  other: ["其他", "Another one"],
  copyHint: [
    "在身份提供方创建一个 Web 应用（授权码模式），填写以下回调地址，然后把它给出的信息填到下面。",
    "Register a web application there (authorization code), with this redirect URI. Then enter below what it gives you.",
  ],
  redirect: ["回调地址（Redirect URI）", "Redirect URI"],
  backchannel: ["后端登出地址（Back-Channel Logout URI）", "Back-channel logout URI"],
  backchannelHint: [
    "对方会话结束时通知此处；需要时请勾选“包含会话 ID”。",
    "Where it tells of sessions that are over. Have it include the session (sid).",
  ],
  signedOut: ["退出后的回调地址（Post-Logout Redirect URI）", "Post-logout redirect URI"],
  start: ["登录链接（可放在对方门户中）", "Link for sign-in, for a portal of theirs"],
  issuer: ["Issuer", "Issuer"],
  issuerHint: [
    "与身份提供方自称的完全一致；“{}”中的部分请替换。",
    "Letter by letter as the provider names itself. Replace what stands in braces.",
  ],
  fill: ["请替换“{}”中的部分", "Replace what stands in braces"],
  client: ["客户端 ID（Client ID）", "Client ID"],
  authentication: ["客户端认证", "Client authentication"],
  basic: ["密钥，放在请求头中（推荐）", "By secret, in a header (recommended)"],
  post: ["密钥，放在表单中", "By secret, in the form"],
  none: ["无密钥（公开客户端）", "None (a public client)"],
  secret: ["客户端密钥（Client Secret）", "Client secret"],
  secretSet: ["已设置，留空则不变", "Set; leave empty to keep it"],
  testHint: [
    "从此节点读取身份提供方的配置和签名密钥，不会保存任何内容。",
    "Reads from this node what the provider says of itself, and its keys. Nothing is saved.",
  ],
  found: ["issuer 一致，签名密钥可用。", "The issuer is right, and its keys can be used."],
});

/** Who the provider is, and as whom it knows us. */
export function ProviderStep({ directory, id }: PageStepProps) {
  const { access_url } = useCaller();
  const form = Form.useFormInstance<OidcDraft>();
  const source = Form.useWatch((all: OidcDraft) => all.source, { form, preserve: true });
  const { callback, backchannelLogout, signedOut, start } = addressesOf(access_url, id);
  const presets = (Object.keys(PRESETS) as PresetName[]).map((name) => ({ value: name, label: PRESETS[name].name }));
  const needsSecret = source?.authentication !== "none";
  return (
    <>
      <BasicItems uses={["sign_in"]} />
      <Form.Item label={t.preset} extra={t.presetHint} htmlFor="oidc-preset">
        <Select
          id="oidc-preset"
          placeholder={t.other}
          options={presets}
          onChange={(name: PresetName) => {
            const now = form.getFieldsValue(true) as OidcDraft;
            form.setFieldsValue({ source: withPreset(now.source, name) } as never);
          }}
        />
      </Form.Item>
      <CopyThese
        title={common.copyTitle}
        hint={t.copyHint}
        values={[
          { label: t.redirect, value: callback },
          { label: t.backchannel, value: backchannelLogout, hint: t.backchannelHint },
          { label: t.signedOut, value: signedOut },
          { label: t.start, value: start },
        ]}
      />
      <Form.Item
        name={["source", "issuer"]}
        label={t.issuer}
        extra={t.issuerHint}
        rules={[
          { required: true, whitespace: true },
          {
            validator: (_, issuer?: string) =>
              isPattern(issuer) ? Promise.reject(new Error(t.fill)) : Promise.resolve(),
          },
        ]}
      >
        <Input className="mono" placeholder="https://login.example.com" autoComplete="off" />
      </Form.Item>
      <TextItem at={["client_id"]} label={t.client} needed />
      <Form.Item name={["source", "authentication"]} label={t.authentication}>
        <Select
          options={[
            { value: "secret_basic", label: t.basic },
            { value: "secret_post", label: t.post },
            { value: "none", label: t.none },
          ]}
        />
      </Form.Item>
      {needsSecret && (
        <Form.Item name="secret" label={t.secret} rules={[{ required: !directory?.has_secret }]}>
          <Input.Password autoComplete="new-password" placeholder={directory?.has_secret ? t.secretSet : undefined} />
        </Form.Item>
      )}
      <LongItem at={["ca"]} label={common.ca} hint={common.caHint} placeholder="-----BEGIN CERTIFICATE-----" rows={3} />
      <ConnectionTest directory={directory} hint={t.testHint} found={t.found} tidy={tidied} />
    </>
  );
}
