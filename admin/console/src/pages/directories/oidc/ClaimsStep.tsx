import { Form, Select } from "antd";

import { texts } from "../../../language/texts";
import { NumberItem, SwitchItem, TagsItem, TextItem } from "../page/items";
import { t as common } from "../page/words";

const t = texts({
  keyHint: [
    "永不改变且唯一的声明：sub；Entra ID 用 oid。",
    "A claim that never changes and is nobody else's: sub, or oid of Entra ID.",
  ],
  emailHint: [
    "仅当声明为 email 且 email_verified 为 true 时视为已验证。",
    "Verified only where it is email, and email_verified is true.",
  ],
  scopes: ["请求的 scope", "Scopes"],
  prompt: ["登录时要求", "What it asks each time"],
  login: ["重新输入密码", "The password"],
  consent: ["重新同意授权", "Consent"],
  select: ["选择账号", "Which account"],
  maxAge: ["登录的最长有效时间（max_age，秒）", "How old a proof may be (max_age, seconds)"],
  maxAgeHint: [
    "对方在此时间之前完成的登录不被接受，需重新登录；留空则不限。",
    "Whoever has signed in there longer ago must do it again. Empty: whenever it was.",
  ],
  endsSession: ["退出时同时退出对方", "Signing out here signs out there"],
  renews: ["检查人员是否仍在职（分钟）", "Ask who is still there, every so many minutes"],
  renewsHint: [
    "用 refresh token 定期询问对方，不再被允许登录的人员会在此退出；需要 scope offline_access。留空则不检查。",
    "By refresh token: whoever may not sign in there any more is signed out here. Needs the scope offline_access. Empty: never.",
  ],
  acr: ["要求的认证级别（acr_values）", "Asked-for levels (acr_values)"],
  amrSaid: ["表示已完成两步验证的 amr", "amr that says that a second factor was seen"],
  acrSaid: ["表示已完成两步验证的 acr", "acr that says so"],
});

/** What the provider says of people under which name. */
export function ClaimsStep() {
  return (
    <>
      <TextItem at={["claims", "key"]} label={common.key} hint={t.keyHint} needed />
      <TextItem at={["claims", "username"]} label={common.username} needed />
      <TagsItem at={["claims", "display_name"]} label={common.displayName} hint={common.firstThere} />
      <TextItem at={["claims", "email"]} label={common.email} hint={t.emailHint} />
      <TextItem at={["claims", "mobile"]} label={common.mobile} hint={common.leaveEmpty} />
      <TextItem at={["claims", "employee_number"]} label={common.number} hint={common.leaveEmpty} />
      <TagsItem at={["scopes"]} label={t.scopes} needed />
      <Form.Item name={["source", "prompt"]} label={t.prompt}>
        <Select
          mode="multiple"
          options={[
            { value: "login", label: t.login },
            { value: "consent", label: t.consent },
            { value: "select_account", label: t.select },
          ]}
        />
      </Form.Item>
      <NumberItem at={["max_age"]} label={t.maxAge} hint={t.maxAgeHint} max={31_536_000} />
      <SwitchItem at={["ends_session"]} label={t.endsSession} />
      <NumberItem at={["renews_every_minutes"]} label={t.renews} hint={t.renewsHint} min={5} max={1440} />
      <TagsItem at={["acr_values"]} label={t.acr} />
      <TagsItem at={["second_factor", "amr"]} label={t.amrSaid} />
      <TagsItem at={["second_factor", "acr"]} label={t.acrSaid} />
    </>
  );
}
