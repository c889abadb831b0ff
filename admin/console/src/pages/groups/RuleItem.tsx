import { Alert, Flex, Form, Radio, Select, Typography } from "antd";
import { useQuery } from "@tanstack/react-query";

import { useMay, useMayEverywhere } from "../../api/caller";
import { api, told } from "../../api/client";
import { messageOf } from "../../api/problem";
import type { GroupRule } from "../../api/schema";
import { texts } from "../../language/texts";
import { DepartmentChooser } from "../../parts/DepartmentChooser";
import { useSettled } from "../../parts/useSettled";
import { isEmptyRule } from "./rule";

const t = texts({
  how: ["成员", "Members"],
  byHand: ["手动维护", "Put in by hand"],
  byRule: ["按规则自动加入", "By a rule"],
  explain: [
    "满足全部所填条件的人自动成为成员；同一条件有多个值时满足其一即可。",
    "Whoever meets every condition that is filled in is a member; of several values one is enough.",
  ],
  departments: ["部门（含下级）", "Departments, with those below them"],
  kind: ["类型", "Type"],
  anyKind: ["不限", "Any"],
  member: ["成员", "Member"],
  guest: ["访客", "Guest"],
  domains: ["已验证邮箱的域名", "Domain of a verified email address"],
  domainHint: ["例如 example.com，回车添加", "Such as example.com; press Enter"],
  prefixes: ["工号前缀", "Beginning of the employee number"],
  prefixHint: ["例如 E10，回车添加", "Such as E10; press Enter"],
  count: (n: number) => [`当前有 ${n} 人符合`, n === 1 ? "1 person fits now" : `${n} people fit now`],
  warning: [
    "能修改成员资料的人可以由此让其进入或离开此用户组。",
    "Whoever may change these facts of a person thereby moves them in and out of the group.",
  ],
});

/** Whether people are put into a group by hand, or which rule takes them in. */
export function RuleItem() {
  const may = useMay();
  const mayRule = useMayEverywhere()("members:read");
  const form = Form.useFormInstance();
  const rule = Form.useWatch<GroupRule | null | undefined>("rule", form);
  const isRule = rule !== null && rule !== undefined;
  return (
    <>
      <Form.Item label={t.how}>
        <Radio.Group
          value={isRule}
          onChange={({ target }) => form.setFieldValue("rule", target.value ? {} : null)}
          options={[
            { value: false, label: t.byHand },
            { value: true, label: t.byRule, disabled: !mayRule && !isRule },
          ]}
        />
      </Form.Item>
      {/* Keeps the whole in the form, of which the fields below are parts. */}
      <Form.Item name="rule" noStyle hidden>
        <Hidden />
      </Form.Item>
      {isRule && (
        <>
          <Typography.Paragraph type="secondary">{t.explain}</Typography.Paragraph>
          {may("departments:read") && (
            <Form.Item name={["rule", "departments"]} label={t.departments}>
              <DepartmentChooser multiple />
            </Form.Item>
          )}
          <Form.Item name={["rule", "kind"]} label={t.kind}>
            <Select
              allowClear
              placeholder={t.anyKind}
              options={[
                { value: "member", label: t.member },
                { value: "guest", label: t.guest },
              ]}
            />
          </Form.Item>
          <Form.Item name={["rule", "email_domains"]} label={t.domains} extra={t.domainHint}>
            <Select mode="tags" open={false} suffixIcon={null} />
          </Form.Item>
          <Form.Item name={["rule", "employee_number_prefixes"]} label={t.prefixes} extra={t.prefixHint}>
            <Select mode="tags" open={false} suffixIcon={null} />
          </Form.Item>
          <Flex vertical gap={8}>
            <Fitting rule={rule} />
            <Alert type="info" showIcon title={t.warning} />
          </Flex>
        </>
      )}
    </>
  );
}

function Hidden() {
  return null;
}

/** How many people the rule names, as it is being written. */
function Fitting({ rule }: { rule: GroupRule }) {
  const mayAsk = useMayEverywhere()("members:read");
  const settled = useSettled(JSON.stringify(rule));
  const asked = JSON.parse(settled) as GroupRule;
  const { data, error } = useQuery({
    queryKey: ["group-rule-count", settled],
    queryFn: () => told(api.POST("/group-rule-count", { body: asked })),
    enabled: mayAsk && !isEmptyRule(asked),
    retry: false,
  });
  if (!mayAsk || isEmptyRule(asked)) return null;
  if (error) return <Typography.Text type="danger">{messageOf(error)}</Typography.Text>;
  return <Typography.Text strong>{data ? t.count(data.members) : "…"}</Typography.Text>;
}
