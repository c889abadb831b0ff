import { MinusCircleOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Card, Flex, Form, Input, Select, Typography } from "antd";

import { texts } from "../../../language/texts";
import { FIELDS, STEPS } from "./mappings";

const t = texts({
  title: ["属性映射", "Mappings"],
  hint: [
    "需要拼接或转换属性时使用，替代上方为该字段填写的属性。",
    "Where an attribute as it is does not say it: takes the place of the attribute above.",
  ],
  add: ["添加映射", "Add a mapping"],
  remove: ["移除", "Remove"],
  to: ["字段", "Field"],
  from: ["来源属性", "From the attributes"],
  fromHint: ["1 到 4 个，取值依次拼接。", "1 to 4, joined in this order."],
  join: ["连接符", "Between them"],
  steps: ["转换", "Steps"],
  step: ["添加步骤", "Add a step"],
  prefix: ["前缀", "Prefix"],
  otherwise: ["默认值", "Default"],
  otherwiseHint: ["没有结果时使用；留空则该字段为空。", "Where nothing is left; empty: nothing."],
});

const AT = ["source", "people", "mappings"];

/** How fields are made of attributes, step by step. */
export function Mappings() {
  return (
    <Form.Item label={t.title} extra={t.hint}>
      <Form.List name={AT}>
        {(fields, { add, remove }) => (
          <Flex vertical gap={12}>
            {fields.map(({ key, name }) => (
              <Mapping key={key} at={name} onRemove={() => remove(name)} />
            ))}
            {fields.length < FIELDS.length && (
              <Button
                type="dashed"
                icon={<PlusOutlined />}
                onClick={() => add({ to: undefined, from: [], join: "", steps: [], default: "" })}
              >
                {t.add}
              </Button>
            )}
          </Flex>
        )}
      </Form.List>
    </Form.Item>
  );
}

function Mapping({ at, onRemove }: { at: number; onRemove: () => void }) {
  const all = Form.useWatch<{ to?: string }[] | undefined>(AT, { preserve: true }) ?? [];
  const taken = all.filter((_, other) => other !== at).map((one) => one.to);
  const fields = FIELDS.map((field) => ({ ...field, disabled: taken.includes(field.value) }));
  const remove = (
    <Button type="text" icon={<MinusCircleOutlined />} aria-label={t.remove} title={t.remove} onClick={onRemove} />
  );
  return (
    <Card size="small" title={t.to} extra={remove}>
      <Form.Item name={[at, "to"]} rules={[{ required: true }]} aria-label={t.to}>
        <Select options={fields} aria-label={t.to} />
      </Form.Item>
      <Form.Item
        name={[at, "from"]}
        label={t.from}
        extra={t.fromHint}
        rules={[{ required: true, type: "array", max: 4 }]}
      >
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[",", " "]} className="mono" />
      </Form.Item>
      <Form.Item name={[at, "join"]} label={t.join}>
        <Input className="mono" maxLength={20} autoComplete="off" />
      </Form.Item>
      <Form.Item label={t.steps}>
        <Steps at={at} />
      </Form.Item>
      <Form.Item name={[at, "default"]} label={t.otherwise} extra={t.otherwiseHint}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
    </Card>
  );
}

function Steps({ at }: { at: number }) {
  return (
    <Form.List name={[at, "steps"]}>
      {(steps, { add, remove }) => (
        <Flex vertical gap={8}>
          {steps.map(({ key, name }) => (
            <Step key={key} at={at} step={name} onRemove={() => remove(name)} />
          ))}
          {steps.length < 10 && (
            <Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => add({ do: "trim" })}>
              {t.step}
            </Button>
          )}
        </Flex>
      )}
    </Form.List>
  );
}

function Step({ at, step, onRemove }: { at: number; step: number; onRemove: () => void }) {
  const what = Form.useWatch<string | undefined>([...AT, at, "steps", step, "do"], { preserve: true });
  return (
    <Flex gap={8} align="baseline">
      <Typography.Text type="secondary">{step + 1}.</Typography.Text>
      <Form.Item name={[step, "do"]} noStyle>
        <Select options={STEPS} style={{ minWidth: 160 }} aria-label={t.steps} />
      </Form.Item>
      {what === "remove_prefix" && (
        <Form.Item name={[step, "prefix"]} noStyle rules={[{ required: true }]}>
          <Input className="mono" placeholder={t.prefix} aria-label={t.prefix} maxLength={100} autoComplete="off" />
        </Form.Item>
      )}
      <Button type="text" icon={<MinusCircleOutlined />} aria-label={t.remove} title={t.remove} onClick={onRemove} />
    </Flex>
  );
}
