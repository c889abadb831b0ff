import { listed, texts } from "../../language/texts";
import { STATUSES } from "../members/words";

/** What the record tells of people, departments and groups, in the order in which it is shown. */
const FIELDS = texts({
  name: ["名称", "Name"],
  display_name: ["姓名", "Name"],
  username: ["用户名", "Username"],
  email: ["邮箱", "Email"],
  email_verified: ["邮箱已验证", "Email verified"],
  mobile: ["手机号", "Mobile"],
  employee_number: ["工号", "Employee number"],
  departments: ["部门", "Departments"],
  status: ["状态", "Status"],
  parent: ["上级部门", "Parent department"],
  position: ["排序", "Position"],
  people: ["人数", "People"],
  managers: ["负责人", "Managers"],
});

const t = texts({ yes: ["是", "Yes"], no: ["否", "No"] });

export type Field = keyof typeof FIELDS;

/** One field that a change changed; the texts are for people, but for the id of a parent. */
export type ChangedField = { field: Field; label: string; before: string | undefined; after: string | undefined };

/** What a change changes, field by field; what stays is left out. */
export function changedFields(before: object | null | undefined, after: object | null | undefined): ChangedField[] {
  const [was, is] = [before, after].map((state) => (state ?? {}) as Readonly<Record<string, unknown>>);
  return (Object.keys(FIELDS) as Field[])
    .map((field) => ({
      field,
      label: FIELDS[field],
      before: textOf(field, was?.[field]),
      after: textOf(field, is?.[field]),
    }))
    .filter((one) => one.before !== one.after);
}

function textOf(field: Field, value: unknown): string | undefined {
  if (value === null || value === undefined || value === "") return undefined;
  if (typeof value === "boolean") return value ? t.yes : t.no;
  if (Array.isArray(value)) return listed(value.map((one: { name?: string }) => one.name || "…")) || undefined;
  const text = String(value);
  return field === "status" ? ((STATUSES as Readonly<Record<string, string>>)[text] ?? text) : text;
}
