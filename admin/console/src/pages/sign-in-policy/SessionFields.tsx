import { Button, Flex, Form, InputNumber, Switch } from "antd";

import { texts } from "../../language/texts";
import type { Part } from "./part";

const t = texts({
  usual: ["常用选择", "Usual choices"],
  workday: ["一个工作日", "A working day"],
  browser: ["直到关闭浏览器", "Until the browser closes"],
  days: ["{n} 天", "{n} days"],
  idle: ["无操作后退出（分钟）", "Ends without use after (minutes)"],
  idleHint: ["留空表示不限。", "Empty: no such limit."],
  absolute: ["最长保持登录（小时）", "Ends in any case after (hours)"],
  keep: ["关闭浏览器后仍保持登录", "Outlives the closing of the browser"],
  most: ["同时登录数上限", "Signed in at once, at most"],
  mostHint: [
    "超过后，最久未使用的登录会退出；0 表示不限。",
    "Who comes once more ends what was used longest ago; 0: as often as they like.",
  ],
});

/** Minutes without use, hours in any case, whether it outlives the browser. */
const USUAL = [
  { name: t.workday, idle: 120, hours: 12, keep: false },
  { name: t.browser, idle: null, hours: 24, keep: false },
  ...[7, 15, 30, 60].map((n) => ({
    name: t.days.replace("{n}", String(n)),
    idle: n * 1440,
    hours: n * 24,
    keep: true,
  })),
];

/** How long one stays signed in. */
export function SessionFields({ at, path = at }: Part) {
  const form = Form.useFormInstance();
  const choose = ({ idle, hours, keep }: (typeof USUAL)[number]) => {
    form.setFieldValue([...path, "idle_minutes"], idle);
    form.setFieldValue([...path, "absolute_hours"], hours);
    form.setFieldValue([...path, "keep_after_closing"], keep);
  };
  return (
    <>
      <Form.Item label={t.usual}>
        <Flex gap={8} wrap>
          {USUAL.map((usual) => (
            <Button key={usual.name} size="small" onClick={() => choose(usual)}>
              {usual.name}
            </Button>
          ))}
        </Flex>
      </Form.Item>
      <Form.Item name={[...at, "idle_minutes"]} label={t.idle} extra={t.idleHint}>
        <InputNumber min={5} max={129_600} precision={0} />
      </Form.Item>
      <Form.Item name={[...at, "absolute_hours"]} label={t.absolute}>
        <InputNumber min={1} max={2160} precision={0} />
      </Form.Item>
      <Form.Item name={[...at, "keep_after_closing"]} label={t.keep} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name={[...at, "most"]} label={t.most} extra={t.mostHint}>
        <InputNumber min={0} max={100} precision={0} />
      </Form.Item>
    </>
  );
}
