import { useQuery } from "@tanstack/react-query";
import { Form, InputNumber, Select, Switch } from "antd";

import { api, told } from "../../api/client";
import { texts } from "../../language/texts";
import type { Part } from "./part";

const t = texts({
  minLength: ["最少字符数", "Characters, at least"],
  maxLength: ["最多字符数", "Characters, at most"],
  classes: ["必须包含", "Must hold"],
  any: ["不限", "Anything"],
  letters_digits: ["字母和数字", "Letters and digits"],
  upper_lower_digits: ["大写字母、小写字母和数字", "Capital and small letters, and digits"],
  upper_lower_digits_special: [
    "大写字母、小写字母、数字和特殊字符",
    "Capital and small letters, digits, and special characters",
  ],
  never: ["密码不能由本人姓名、用户名或组织名称组成。", "Never made of one's own name, or the organisation's."],
  guessable: ["拒绝容易猜到的密码", "Refuse what is easily guessed"],
  breached: ["拒绝已泄露的密码", "Refuse passwords known from leaks"],
  breachedLoaded: [
    "此节点的列表中有 {n} 个密码。集群的每个节点各有一份。",
    "This node has a list of {n} passwords. Each node of a cluster has its own.",
  ],
  breachedNone: [
    "此节点尚未加载列表：请先由运维人员运行 gatehouse breached-passwords load FILE。",
    "This node has no list yet: the operator runs gatehouse breached-passwords load FILE first.",
  ],
  history: ["不能与最近几次相同", "Not one of the last"],
  historyHint: ["除当前密码外再往前数；0 表示只比较当前密码。", "Besides the present one; 0: only the present one."],
  age: ["有效期（天）", "Good for (days)"],
  ageHint: ["到期后登录时须更换；0 表示永不过期。", "Then a new one is asked for at sign-in; 0: for ever."],
  reset: ["允许自行重设密码", "Forgotten passwords are reset by oneself"],
  resetHint: [
    "登录页会显示“忘记密码？”，验证码发送到已验证的邮箱，没有则发送到手机；两步验证仍然需要。须先在“消息发送”中配置。",
    "The sign-in page shows “Forgot your password?”; a code goes to the verified mail address, or else to the mobile. The second factor is asked for all the same. It needs a sender on the page “Messages”.",
  ],
  warn: ["提前提醒（天）", "Told before (days)"],
});

const CLASSES = ["any", "letters_digits", "upper_lower_digits", "upper_lower_digits_special"] as const;

/** What the node that answers has to look passwords up in. */
function useBreachedHint() {
  const { data } = useQuery({
    queryKey: ["sign-in-policy", "breached-passwords"],
    queryFn: () => told(api.GET("/sign-in-policy/breached-passwords")),
  });
  if (data === undefined) return undefined;
  return data.entries == null ? t.breachedNone : t.breachedLoaded.replace("{n}", data.entries.toLocaleString());
}

/** Which passwords may be chosen. */
export function PasswordFields({ at, path = at }: Part) {
  const ends = Number(Form.useWatch([...path, "max_age_days"])) > 0;
  const breached = useBreachedHint();
  return (
    <>
      <Form.Item name={[...at, "min_length"]} label={t.minLength}>
        <InputNumber min={8} max={64} precision={0} />
      </Form.Item>
      <Form.Item name={[...at, "max_length"]} label={t.maxLength}>
        <InputNumber min={64} max={256} precision={0} />
      </Form.Item>
      <Form.Item name={[...at, "classes"]} label={t.classes} extra={t.never}>
        <Select options={CLASSES.map((value) => ({ value, label: t[value] }))} />
      </Form.Item>
      <Form.Item name={[...at, "refuse_guessable"]} label={t.guessable} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name={[...at, "refuse_breached"]} label={t.breached} extra={breached} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name={[...at, "history"]} label={t.history} extra={t.historyHint}>
        <InputNumber min={0} max={12} precision={0} />
      </Form.Item>
      <Form.Item name={[...at, "max_age_days"]} label={t.age} extra={t.ageHint}>
        <InputNumber min={0} max={3650} precision={0} />
      </Form.Item>
      <Form.Item name={[...at, "warn_days"]} label={t.warn} hidden={!ends}>
        <InputNumber min={0} max={90} precision={0} />
      </Form.Item>
      <Form.Item name={[...at, "reset"]} label={t.reset} extra={t.resetHint} valuePropName="checked">
        <Switch />
      </Form.Item>
    </>
  );
}
