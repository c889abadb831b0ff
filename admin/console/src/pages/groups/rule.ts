import type { GroupRule } from "../../api/schema";

/** Whether a rule asks nothing yet. */
export function isEmptyRule({ kind, departments, email_domains, employee_number_prefixes }: GroupRule): boolean {
  return !kind && [departments, email_domains, employee_number_prefixes].every((values) => !values?.length);
}
