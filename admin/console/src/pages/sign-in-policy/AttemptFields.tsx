import { Form, InputNumber } from "antd";

import { texts } from "../../language/texts";
import type { Part } from "./part";

const t = texts({
  wrong: ["密码错误多少次后锁定", "Locked after so many wrong passwords"],
  within: ["统计时间（分钟）", "Counted for (minutes)"],
  withinHint: ["从第一次错误开始计算。", "From the first of them."],
  locked: ["锁定时长（分钟）", "Locked for (minutes)"],
  lockedHint: ["0 表示直到管理员解锁。", "0: until an administrator unlocks it."],
  known: [
    "成员曾登录过的浏览器单独计数：他人的猜测不会把本人锁在门外。",
    "A browser in which the person has signed in before is counted apart: nobody else's guesses lock the person out.",
  ],
});

/** What becomes of those who guess. */
export function AttemptFields({ at }: Part) {
  return (
    <>
      <Form.Item name={[...at, "wrong_passwords"]} label={t.wrong} extra={t.known}>
        <InputNumber min={3} max={100} precision={0} />
      </Form.Item>
      <Form.Item name={[...at, "within_minutes"]} label={t.within} extra={t.withinHint}>
        <InputNumber min={1} max={1440} precision={0} />
      </Form.Item>
      <Form.Item name={[...at, "locked_minutes"]} label={t.locked} extra={t.lockedHint}>
        <InputNumber min={0} max={10_080} precision={0} />
      </Form.Item>
    </>
  );
}
