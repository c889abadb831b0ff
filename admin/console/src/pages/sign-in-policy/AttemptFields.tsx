import { Form, InputNumber, Radio } from "antd";

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
  captcha: ["图形验证码", "Captcha"],
  captchaHint: [
    "看不清图片的人可以改为回答一道简单的算术题。验证码对所有用户名一视同仁：通用规则和各例外中最严格的一项对所有人生效。",
    "Whoever cannot see the picture answers a small sum instead. It is asked alike whatever name is typed: the strictest of the rules for everybody and all exceptions holds.",
  ],
  never: ["从不要求", "Never"],
  after: ["失败若干次后要求", "After some failures"],
  always: ["每次登录都要求", "At each sign-in"],
  failures: ["失败多少次后要求验证码", "Captcha after so many failures"],
  failuresHint: [
    "15 分钟内，按用户名和来源地址分别统计；成员曾登录过的浏览器不受影响。",
    "Within 15 minutes, of the name or from the address; a browser in which the person has signed in before is spared.",
  ],
});

/** What becomes of those who guess. */
export function AttemptFields({ at, path = at }: Part) {
  const isAfter = Form.useWatch([...path, "captcha", "kind"]) === "after";
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
      <Form.Item name={[...at, "captcha", "kind"]} label={t.captcha} extra={t.captchaHint}>
        <Radio.Group
          vertical
          options={(["never", "after", "always"] as const).map((value) => ({ value, label: t[value] }))}
        />
      </Form.Item>
      {isAfter && (
        <Form.Item
          name={[...at, "captcha", "failures"]}
          label={t.failures}
          extra={t.failuresHint}
          initialValue={5}
          preserve={false}
        >
          <InputNumber min={1} max={100} precision={0} />
        </Form.Item>
      )}
    </>
  );
}
