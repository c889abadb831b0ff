import { Flex, Form, InputNumber, Radio, Select } from "antd";

import { texts } from "../../language/texts";
import { WhenItem } from "./WhenItem";
import { WhoPicker } from "./WhoPicker";

const t = texts({
  effect: ["效果", "Effect"],
  allow: ["允许", "Allow"],
  deny: ["拒绝", "Deny"],
  who: ["对象", "Who"],
  from: ["来源地址（留空为任意）", "From which addresses (empty: any)"],
  when: ["时间（留空为任何时候）", "When (empty: at any time)"],
  twoStep: ["两步验证", "Second step"],
  notAsked: ["不要求", "Not asked for"],
  required: ["登录时验证过", "Taken at sign-in"],
  within: ["最近验证过", "Taken lately"],
  minutes: ["分钟内", "minutes"],
});

/** What one rule asks for, and what it does. */
export function RuleFields({ row, within }: { row: number; within: (string | number)[] }) {
  const form = Form.useFormInstance();
  const effect = Form.useWatch<string | undefined>([...within, row, "effect"], form);
  const strength = Form.useWatch<string | undefined>([...within, row, "two_step", "kind"], form);
  return (
    <>
      <Form.Item name={[row, "effect"]} label={t.effect}>
        <Radio.Group
          optionType="button"
          options={[
            { value: "allow", label: t.allow },
            { value: "deny", label: t.deny },
          ]}
        />
      </Form.Item>
      <Form.Item name={[row, "who"]} label={t.who} rules={[{ required: true }]}>
        <WhoPicker />
      </Form.Item>
      {effect !== "deny" && (
        <Form.Item label={t.twoStep}>
          <Flex gap={8} wrap align="center">
            <Form.Item name={[row, "two_step", "kind"]} noStyle initialValue="not_asked">
              <Select
                aria-label={t.twoStep}
                style={{ width: 200 }}
                options={[
                  { value: "not_asked", label: t.notAsked },
                  { value: "required", label: t.required },
                  { value: "within", label: t.within },
                ]}
              />
            </Form.Item>
            {strength === "within" && (
              <Form.Item name={[row, "two_step", "minutes"]} noStyle initialValue={15}>
                <InputNumber min={1} max={10080} suffix={t.minutes} aria-label={t.minutes} style={{ width: 140 }} />
              </Form.Item>
            )}
          </Flex>
        </Form.Item>
      )}
      <Form.Item name={[row, "from"]} label={t.from}>
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[",", " "]} placeholder="192.0.2.0/24" />
      </Form.Item>
      <Form.Item label={t.when} style={{ marginBottom: 0 }}>
        <WhenItem row={row} />
      </Form.Item>
    </>
  );
}
