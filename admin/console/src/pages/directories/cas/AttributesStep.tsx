import { texts } from "../../../language/texts";
import { TagsItem, TextItem } from "../page/items";
import { t as common } from "../page/words";

const t = texts({
  keyHint: [
    "永不改变且唯一的属性；留空则用 CAS 返回的用户名。",
    "An attribute that never changes and is nobody else's. Empty: the user that CAS names.",
  ],
  usernameHint: ["留空则用 CAS 返回的用户名。", "Empty: the user that CAS names."],
  second: ["表示两步验证的属性", "Attribute that tells of a second factor"],
  secondHint: ["例如 authnContextClass；留空则不读取。", "Such as authnContextClass. Empty: it does not tell."],
  values: ["表示已完成的值", "Values that say that one was seen"],
});

/** What the server says of people under which name. */
export function AttributesStep() {
  return (
    <>
      <TextItem at={["attributes", "key"]} label={common.key} hint={t.keyHint} />
      <TextItem at={["attributes", "username"]} label={common.username} hint={t.usernameHint} />
      <TagsItem at={["attributes", "display_name"]} label={common.displayName} hint={common.firstThere} />
      <TextItem at={["attributes", "email"]} label={common.email} hint={common.leaveEmpty} />
      <TextItem at={["attributes", "mobile"]} label={common.mobile} hint={common.leaveEmpty} />
      <TextItem at={["attributes", "employee_number"]} label={common.number} hint={common.leaveEmpty} />
      <TextItem at={["second_factor", "attribute"]} label={t.second} hint={t.secondHint} />
      <TagsItem at={["second_factor", "values"]} label={t.values} />
    </>
  );
}
