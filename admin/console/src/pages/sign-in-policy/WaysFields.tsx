import { Form, Switch } from "antd";

import { texts } from "../../language/texts";
import type { Part } from "./part";

const t = texts({
  directoriesOnly: ["只能通过企业目录登录", "Only by a connected directory"],
  directoriesOnlyHint: [
    "在此保存的密码、通行密钥和验证码不再用于登录，登录页只显示已连接的目录。所有者不受限制，以便目录无法连接时处理；登录页底部有其入口。已登录的人不受影响。",
    "Passwords, passkeys and codes that are kept here let nobody in, and the sign-in page shows the connected directories alone. Owners come in all the same, should no directory answer: their way in is linked at the foot of that page. Whoever is signed in stays.",
  ],
});

/** By which ways people may come in. */
export function WaysFields({ at }: Part) {
  return (
    <Form.Item
      name={[...at, "directories_only"]}
      label={t.directoriesOnly}
      extra={t.directoriesOnlyHint}
      valuePropName="checked"
    >
      <Switch />
    </Form.Item>
  );
}
