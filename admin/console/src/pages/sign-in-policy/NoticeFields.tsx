import { Form, Switch } from "antd";

import { texts } from "../../language/texts";

const t = texts({
  new_sign_in: ["在新的浏览器或地点登录", "A sign-in from a new browser or place"],
  password_changed: ["密码已修改", "A new password"],
  factor_changed: ["两步验证方式有变更", "A change of two-step verification"],
  locked: ["账号因多次尝试被锁定", "A lock after too many attempts"],
  hint: [
    "通知发送到已验证的邮箱；没有邮箱时，密码修改和账号锁定会发送短信。须先在“消息发送”中配置。",
    "People are told by mail; of a new password and a lock by SMS where there is no mail address. It needs a sender on the page “Messages”.",
  ],
});

const EVENTS = ["new_sign_in", "password_changed", "factor_changed", "locked"] as const;

/** Of what people are told. */
export function NoticeFields() {
  return EVENTS.map((event) => (
    <Form.Item
      key={event}
      name={["notices", event]}
      label={t[event]}
      extra={event === EVENTS[0] ? t.hint : undefined}
      valuePropName="checked"
    >
      <Switch />
    </Form.Item>
  ));
}
