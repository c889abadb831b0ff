import { Form, Radio, Select } from "antd";

import { useCaller } from "../../../api/caller";
import type { DirectoryDraft, Source } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { BasicItems } from "../BasicItems";
import { addressesOf } from "../page/addresses";
import { ConnectionTest } from "../page/ConnectionTest";
import { CopyThese } from "../page/CopyThese";
import { LongItem, SwitchItem, TextItem } from "../page/items";
import { t as common } from "../page/words";
import type { PageStepProps } from "../steps";
import { KeysItem } from "./KeysItem";
import { tidied } from "./saml";

export type SamlDraft = DirectoryDraft & { source: Extract<Source, { kind: "saml" }> };

const t = texts({
  copyHint: [
    "在身份提供方创建 SAML 应用并填写以下内容。元数据地址在保存本步骤后可用，其中包含签名和加密证书。",
    "Register a SAML application there with these. Our metadata can be fetched once this step is saved: it holds our certificates.",
  ],
  metadata: ["元数据地址（Metadata URL）", "Our metadata"],
  entity: ["实体 ID（Entity ID / Audience）", "Entity ID (audience)"],
  acs: ["断言消费地址（ACS URL，HTTP-POST）", "ACS URL (HTTP-POST)"],
  logout: ["单点退出地址（SLO URL）", "Single logout URL"],
  start: ["登录链接（可放在对方门户中）", "Link for sign-in, for a portal of theirs"],
  url: ["对方的元数据地址", "Address of their metadata"],
  urlHint: [
    "会定期读取，证书轮换无需人工处理。读取失败时继续使用上一份。",
    "Fetched now and again, so that new certificates are followed. While it is broken the last good one counts.",
  ],
  text: ["或粘贴元数据内容（XML）", "Or the metadata itself (XML)"],
  textHint: ["没有地址时使用；证书轮换后需要重新粘贴。", "Where there is no address. New certificates must be pasted."],
  which: ["对方的 entityID", "Their entity ID"],
  whichHint: ["元数据中有多个身份提供方时才需要。", "Only where the metadata tells of several."],
  binding: ["请求方式", "How requests get there"],
  redirect: ["地址跳转（HTTP-Redirect）", "By address (HTTP-Redirect)"],
  post: ["表单（HTTP-POST）", "By form (HTTP-POST)"],
  sign: ["对请求签名", "Requests are signed"],
  format: ["请求的 NameID 格式", "NameID format that is asked for"],
  any: ["不指定", "Any"],
  persistent: ["persistent（固定标识）", "persistent"],
  transient: ["transient（每次不同）", "transient (another each time)"],
  emailAddress: ["emailAddress（邮箱）", "emailAddress"],
  force: ["每次都要求重新验证身份", "People prove anew who they are each time"],
  initiated: ["允许从对方门户直接进入（IdP-initiated）", "People may come whom we did not send (IdP-initiated)"],
  initiatedHint: [
    "登录前会请本人确认。更安全的做法是在对方门户中放置上面的登录链接。",
    "They are asked first. A portal of theirs does better with the link above.",
  ],
  testHint: [
    "从此节点读取元数据，检查地址和签名证书，不会保存任何内容。",
    "Reads the metadata from this node, with its addresses and certificates. Nothing is saved.",
  ],
  found: ["元数据有效，包含登录地址和签名证书。", "The metadata holds what it takes: an address and a certificate."],
});

/** Who the provider is, and what it must know of us. */
export function ProviderStep({ directory, id }: PageStepProps) {
  const { access_url } = useCaller();
  const form = Form.useFormInstance<SamlDraft>();
  const url = Form.useWatch((all: SamlDraft) => all.source?.metadata_url, { form, preserve: true });
  const ours = addressesOf(access_url, id);
  return (
    <>
      <BasicItems uses={["sign_in"]} />
      <CopyThese
        title={common.copyTitle}
        hint={t.copyHint}
        values={[
          { label: t.metadata, value: ours.metadata },
          { label: t.entity, value: ours.metadata },
          { label: t.acs, value: ours.assertions },
          { label: t.logout, value: ours.logout },
          { label: t.start, value: ours.start },
        ]}
      />
      <TextItem at={["metadata_url"]} label={t.url} hint={t.urlHint} placeholder="https://idp.example.com/metadata" />
      {!url?.trim() && (
        <LongItem at={["metadata"]} label={t.text} hint={t.textHint} placeholder="<md:EntityDescriptor …>" rows={6} />
      )}
      <TextItem at={["entity_id"]} label={t.which} hint={t.whichHint} />
      <LongItem at={["ca"]} label={common.ca} hint={common.caHint} placeholder="-----BEGIN CERTIFICATE-----" rows={3} />
      <Form.Item name={["source", "binding"]} label={t.binding}>
        <Radio.Group
          options={[
            { value: "redirect", label: t.redirect },
            { value: "post", label: t.post },
          ]}
        />
      </Form.Item>
      <SwitchItem at={["sign_requests"]} label={t.sign} />
      <Form.Item name={["source", "name_format"]} label={t.format}>
        <Select
          options={[
            { value: "unspecified", label: t.any },
            { value: "persistent", label: t.persistent },
            { value: "transient", label: t.transient },
            { value: "email_address", label: t.emailAddress },
          ]}
        />
      </Form.Item>
      <SwitchItem at={["force_authn"]} label={t.force} />
      <SwitchItem at={["idp_initiated"]} label={t.initiated} hint={t.initiatedHint} />
      {directory && <KeysItem directory={directory} />}
      <ConnectionTest directory={directory} hint={t.testHint} found={t.found} tidy={tidied} />
    </>
  );
}
