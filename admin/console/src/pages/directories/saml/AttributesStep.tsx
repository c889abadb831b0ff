import { texts } from "../../../language/texts";
import { TagsItem, TextItem } from "../page/items";
import { t as common } from "../page/words";

const t = texts({
  keyHint: [
    "永不改变且唯一的属性；留空则用 NameID（transient 格式时必填）。",
    "An attribute that never changes and is nobody else's. Empty: the NameID, which must not be transient.",
  ],
  usernameHint: ["留空则用 NameID。", "Empty: the NameID."],
  names: [
    "属性的 Name 或 FriendlyName，取第一个有值的。",
    "By Name or FriendlyName; the first of these that is there.",
  ],
  second: ["表示已完成两步验证的认证上下文", "Contexts that say that a second factor was seen"],
  secondHint: [
    "AuthnContextClassRef 的值，例如 https://refeds.org/profile/mfa。",
    "AuthnContextClassRef, such as https://refeds.org/profile/mfa.",
  ],
});

/** What the provider says of people under which name. */
export function AttributesStep() {
  return (
    <>
      <TextItem at={["attributes", "key"]} label={common.key} hint={t.keyHint} />
      <TextItem at={["attributes", "username"]} label={common.username} hint={t.usernameHint} />
      <TagsItem at={["attributes", "display_name"]} label={common.displayName} hint={t.names} />
      <TextItem at={["attributes", "email"]} label={common.email} hint={common.leaveEmpty} />
      <TextItem at={["attributes", "mobile"]} label={common.mobile} hint={common.leaveEmpty} />
      <TextItem at={["attributes", "employee_number"]} label={common.number} hint={common.leaveEmpty} />
      <TagsItem at={["second_factor"]} label={t.second} hint={t.secondHint} />
    </>
  );
}
