import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Card, Flex, Form, Input, Select, Typography } from "antd";

import { texts } from "../../language/texts";
import { AccessItem } from "./AccessItem";

const t = texts({
  whole: ["整个应用", "The whole application"],
  paths: ["单独的路径规则", "Paths of their own"],
  pathsHint: [
    "第一条匹配的路径规则取代整个应用的规则，例如让 /public 公开，或只让管理员进入 /admin。",
    "The first path that matches takes the place of the rules above: let everybody see /public, say, or only administrators /admin.",
  ],
  name: ["名称", "Name"],
  match: ["匹配方式", "Match"],
  exact: ["等于", "Exactly"],
  prefix: ["以此开头", "Begins with"],
  path: ["路径", "Path"],
  methods: ["方法", "Methods"],
  allMethods: ["全部方法", "All methods"],
  add: ["添加路径规则", "Add a path"],
  remove: (n: number) => [`移除路径规则 ${n}`, `Remove path ${n}`],
});

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

export function AccessSection() {
  return (
    <>
      <Typography.Title level={2} style={{ fontSize: 16 }}>
        {t.whole}
      </Typography.Title>
      <AccessItem name={["access"]} />
      <Typography.Title level={2} style={{ fontSize: 16, marginTop: 32 }}>
        {t.paths}
      </Typography.Title>
      <Typography.Paragraph type="secondary">{t.pathsHint}</Typography.Paragraph>
      <Form.List name="path_rules">
        {(rows, { add, remove }) => (
          <Flex vertical gap={12}>
            {rows.map(({ key, name }, index) => (
              <Card
                key={key}
                size="small"
                title={
                  <Form.Item name={[name, "name"]} noStyle rules={[{ required: true, whitespace: true }]}>
                    <Input aria-label={t.name} placeholder={t.name} style={{ maxWidth: 280 }} />
                  </Form.Item>
                }
                extra={
                  <Button
                    type="text"
                    icon={<DeleteOutlined />}
                    aria-label={t.remove(index + 1)}
                    title={t.remove(index + 1)}
                    onClick={() => remove(name)}
                  />
                }
              >
                <Flex gap={8} wrap style={{ marginBottom: 16 }}>
                  <Form.Item name={[name, "path", "kind"]} noStyle>
                    <Select
                      aria-label={t.match}
                      style={{ width: 130 }}
                      options={[
                        { value: "prefix", label: t.prefix },
                        { value: "exact", label: t.exact },
                      ]}
                    />
                  </Form.Item>
                  <Form.Item name={[name, "path", "path"]} noStyle rules={[{ required: true }]}>
                    <Input className="mono" aria-label={t.path} placeholder="/public/" style={{ width: 240 }} />
                  </Form.Item>
                  <Form.Item name={[name, "methods"]} noStyle>
                    <Select
                      mode="multiple"
                      aria-label={t.methods}
                      placeholder={t.allMethods}
                      style={{ minWidth: 180 }}
                      options={METHODS.map((value) => ({ value, label: value }))}
                    />
                  </Form.Item>
                </Flex>
                <AccessItem name={[name, "access"]} within={["path_rules"]} />
              </Card>
            ))}
            <Button
              icon={<PlusOutlined />}
              style={{ alignSelf: "flex-start" }}
              onClick={() => add({ name: "", path: { kind: "prefix", path: "/" }, access: { kind: "public" } })}
            >
              {t.add}
            </Button>
          </Flex>
        )}
      </Form.List>
    </>
  );
}
