import type { WatermarkPart } from "../../api/schema";
import { texts } from "../../language/texts";

export const PARTS = texts({
  name: ["姓名", "Name"],
  username: ["用户名", "Username"],
  mobile_tail: ["手机号后四位", "Last four digits of the mobile"],
  email: ["邮箱", "Mail address"],
  employee_number: ["工号", "Employee number"],
  department: ["部门", "Department"],
  address: ["IP 地址", "IP address"],
  time: ["时间", "Time"],
  text: ["自定义文字", "Text of your own"],
});

const SAMPLES = texts({
  name: ["张伟", "Zhang Wei"],
  username: ["zhang.wei", "zhang.wei"],
  mobile_tail: ["8000", "8000"],
  email: ["zhang.wei@example.com", "zhang.wei@example.com"],
  employee_number: ["E10086", "E10086"],
  department: ["研发", "Engineering"],
  address: ["192.0.2.7", "192.0.2.7"],
  time: ["2026-01-31 09:30 UTC", "2026-01-31 09:30 UTC"],
});

/** What the mark would say of somebody. */
export function sampleText(parts: readonly WatermarkPart[]): string {
  return parts
    .map((part) => (part.kind === "text" ? (part.text ?? "") : SAMPLES[part.kind]))
    .filter((text) => text.trim() !== "")
    .join(" ");
}
