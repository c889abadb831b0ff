import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Dropdown, Flex, Form, Input, Select, Typography } from "antd";

import type { IdentityField, IdentityHeader } from "../../api/schema";
import { texts } from "../../language/texts";
import { SwitchItem } from "./UpstreamSection";

const t = texts({
  assertion: ["发送签名的身份断言", "Send a signed assertion"],
  assertionHint: [
    "X-Gatehouse-Assertion：应用可用 /.gatehouse/jwks.json 的公钥验证的 JWT。",
    "X-Gatehouse-Assertion: a JWT that the application verifies with the keys at /.gatehouse/jwks.json.",
  ],
  headers: ["身份请求头", "Identity headers"],
  headersHint: [
    "应用信任的明文请求头。访问者自己发来的同名请求头会先被移除。",
    "Plain headers that the application trusts. What a visitor sends under these names is removed first.",
  ],
  name: ["请求头", "Header"],
  value: ["内容", "Value"],
  add: ["添加请求头", "Add a header"],
  remove: (n: number) => [`移除请求头 ${n}`, `Remove header ${n}`],
  preset: ["使用预设", "Use a preset"],
});

const FIELDS = texts({
  username: ["用户名", "Username"],
  display_name: ["姓名", "Name"],
  email: ["邮箱", "Mail address"],
  member_id: ["成员编号", "Member id"],
  employee_number: ["工号", "Employee number"],
  groups: ["用户组", "Groups"],
  departments: ["部门", "Departments"],
  kind: ["类型", "Kind"],
  roles: ["角色", "Roles"],
});

const headers = (names: Partial<Record<IdentityField, string>>): IdentityHeader[] =>
  Object.entries(names).map(([value, name]) => ({ name, value: value as IdentityField }));

/** The headers that well-known tools read when they trust a proxy for sign-in. */
const PRESETS: Readonly<Record<string, IdentityHeader[]>> = {
  Grafana: headers({
    username: "X-WEBAUTH-USER",
    display_name: "X-WEBAUTH-NAME",
    email: "X-WEBAUTH-EMAIL",
    groups: "X-WEBAUTH-GROUPS",
  }),
  Jenkins: headers({ username: "X-Forwarded-User", groups: "X-Forwarded-Groups" }),
  Gitea: headers({ username: "X-WEBAUTH-USER", email: "X-WEBAUTH-EMAIL", display_name: "X-WEBAUTH-FULLNAME" }),
  SonarQube: headers({
    username: "X-Forwarded-Login",
    display_name: "X-Forwarded-Name",
    email: "X-Forwarded-Email",
    groups: "X-Forwarded-Groups",
  }),
  "oauth2-proxy": headers({
    member_id: "X-Forwarded-User",
    username: "X-Forwarded-Preferred-Username",
    email: "X-Forwarded-Email",
    groups: "X-Forwarded-Groups",
  }),
  "Remote-User": headers({
    username: "Remote-User",
    display_name: "Remote-Name",
    email: "Remote-Email",
    groups: "Remote-Groups",
  }),
};

export function IdentitySection() {
  const form = Form.useFormInstance();
  return (
    <>
      <SwitchItem name={["identity", "assertion"]} label={t.assertion} extra={t.assertionHint} />
      <Flex justify="space-between" align="center" gap={8} wrap>
        <Typography.Text strong>{t.headers}</Typography.Text>
        <Dropdown
          trigger={["click"]}
          menu={{
            items: Object.keys(PRESETS).map((key) => ({ key, label: key })),
            onClick: ({ key }) => form.setFieldValue(["identity", "headers"], PRESETS[key]),
          }}
        >
          <Button>{t.preset}</Button>
        </Dropdown>
      </Flex>
      <Typography.Paragraph type="secondary">{t.headersHint}</Typography.Paragraph>
      <Form.List name={["identity", "headers"]}>
        {(rows, { add, remove }) => (
          <Flex vertical gap={8}>
            {rows.map(({ key, name }, index) => (
              <Flex key={key} gap={8}>
                <Form.Item name={[name, "name"]} rules={[{ required: true }]} style={{ flex: 1, margin: 0 }}>
                  <Input className="mono" aria-label={t.name} placeholder="X-WEBAUTH-USER" />
                </Form.Item>
                <Form.Item name={[name, "value"]} style={{ flex: 1, margin: 0 }}>
                  <Select
                    aria-label={t.value}
                    options={Object.entries(FIELDS).map(([value, label]) => ({ value, label }))}
                  />
                </Form.Item>
                <Button icon={<DeleteOutlined />} aria-label={t.remove(index + 1)} onClick={() => remove(name)} />
              </Flex>
            ))}
            <Button
              icon={<PlusOutlined />}
              style={{ alignSelf: "flex-start" }}
              onClick={() => add({ name: "", value: "username" })}
            >
              {t.add}
            </Button>
          </Flex>
        )}
      </Form.List>
    </>
  );
}
