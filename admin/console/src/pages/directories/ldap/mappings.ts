import type { AttributeMapping } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { t } from "./items";

const DEEDS = texts({
  trim: ["去除首尾空白", "Trim"],
  lower: ["转为小写", "In lower case"],
  remove_prefix: ["去除前缀", "Without a prefix"],
});

type Field = AttributeMapping["to"];
type Deed = NonNullable<AttributeMapping["steps"]>[number]["do"];

const option = <T extends string>(value: T, label: string) => ({ value, label });

/** What can be made of attributes. */
export const FIELDS: { value: Field; label: string }[] = [
  option("username", t.username),
  option("display_name", t.name),
  option("email", t.email),
  option("mobile", t.mobile),
  option("employee_number", t.number),
];

/** What can be done to a value. */
export const STEPS: { value: Deed; label: string }[] = [
  option("trim", DEEDS.trim),
  option("lower", DEEDS.lower),
  option("remove_prefix", DEEDS.remove_prefix),
];

/** Steps as they are sent: a prefix with those alone that take one away. */
export function tidiedMappings(mappings: AttributeMapping[] | undefined): AttributeMapping[] {
  return (mappings ?? []).map((one) => ({
    ...one,
    steps: one.steps?.map((step) =>
      step.do === "remove_prefix" ? { do: step.do, prefix: step.prefix } : { do: step.do },
    ),
  }));
}
