import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Flex, Form, Input, Radio } from "antd";

import { texts } from "../../language/texts";
import { RuleFields } from "./RuleFields";

const t = texts({
  kind: ["访问方式", "Access"],
  public: ["公开：无需登录", "Public: without signing in"],
  rules: ["按规则", "By rules"],
  publicWarning: [
    "任何能到达网关的人都可以访问，不会识别身份。",
    "Whoever reaches the gate gets in, and nobody is told who they are.",
  ],
  order: [
    "先看拒绝规则，再看允许规则；没有规则允许的人不能进入。",
    "Deny rules are looked at first, then allow rules; whom none allows does not get in.",
  ],
  name: ["规则名称", "Name of the rule"],
  add: ["添加规则", "Add a rule"],
  remove: (n: number) => [`移除规则 ${n}`, `Remove rule ${n}`],
  up: (n: number) => [`上移规则 ${n}`, `Move rule ${n} up`],
  down: (n: number) => [`下移规则 ${n}`, `Move rule ${n} down`],
});

type Props = {
  /** Where it stands: within a list of a form, from that list on. */
  name: (string | number)[];
  /** The list itself. */
  within?: (string | number)[];
};

/** Public, or by rules. */
export function AccessItem({ name, within = [] }: Props) {
  const form = Form.useFormInstance();
  const whole = [...within, ...name];
  const kind = Form.useWatch<string | undefined>([...whole, "kind"], form);
  return (
    <>
      <Form.Item name={[...name, "kind"]} style={{ marginBottom: 12 }}>
        <Radio.Group
          aria-label={t.kind}
          onChange={(event) => {
            if (event.target.value === "rules" && !form.getFieldValue([...whole, "rules"]))
              form.setFieldValue([...whole, "rules"], []);
          }}
          options={[
            { value: "rules", label: t.rules },
            { value: "public", label: t.public },
          ]}
        />
      </Form.Item>
      {kind === "public" ? (
        <Alert type="warning" showIcon title={t.publicWarning} />
      ) : (
        <Form.List name={[...name, "rules"]}>
          {(rows, { add, remove, move }) => (
            <Flex vertical gap={12}>
              {rows.length > 0 && <Alert type="info" title={t.order} />}
              {rows.map(({ key, name: row }, index) => (
                <Card
                  key={key}
                  size="small"
                  title={
                    <Form.Item name={[row, "name"]} noStyle rules={[{ required: true, whitespace: true }]}>
                      <Input aria-label={t.name} placeholder={t.name} style={{ maxWidth: 280 }} />
                    </Form.Item>
                  }
                  extra={
                    <>
                      <Button
                        type="text"
                        icon={<ArrowUpOutlined />}
                        aria-label={t.up(index + 1)}
                        // Not "false", which would be on in a form that is off.
                        disabled={index === 0 || undefined}
                        onClick={() => move(index, index - 1)}
                      />
                      <Button
                        type="text"
                        icon={<ArrowDownOutlined />}
                        aria-label={t.down(index + 1)}
                        disabled={index === rows.length - 1 || undefined}
                        onClick={() => move(index, index + 1)}
                      />
                      <Button
                        type="text"
                        icon={<DeleteOutlined />}
                        aria-label={t.remove(index + 1)}
                        onClick={() => remove(row)}
                      />
                    </>
                  }
                >
                  <RuleFields row={row} within={[...whole, "rules"]} />
                </Card>
              ))}
              <Button
                icon={<PlusOutlined />}
                style={{ alignSelf: "flex-start" }}
                onClick={() => add({ name: "", effect: "allow", who: [{ kind: "members" }] })}
              >
                {t.add}
              </Button>
            </Flex>
          )}
        </Form.List>
      )}
    </>
  );
}
