import { Flex, Form, InputNumber, Radio, Select, Switch, Typography } from "antd";

import { useMay } from "../../api/caller";
import type { DirectoryDraft, Others } from "../../api/schema";
import { texts } from "../../language/texts";
import { DepartmentChooser } from "../../parts/DepartmentChooser";
import { MatchByItem } from "./MatchByItem";

const t = texts({
  trustsMail: ["信任该目录的邮箱", "Its mail addresses are trusted"],
  trustsMailHint: [
    "目录中的邮箱确属本人时开启：可以用它登录和接收验证码。",
    "Where they are known to be the people's own: they can sign in with them, and codes go there.",
  ],
  others: ["不在目录中的已有成员", "Members who are not in the directory"],
  keep: ["保持不变", "Stay as they are"],
  disable: ["停用（拥有管理角色的除外）", "Are disabled, but for those who hold a role"],
  below: ["部门挂在此部门下", "Its departments hang below"],
  belowHint: ["留空则挂在组织的最上层。", "Empty: at the top of the organisation."],
  links: ["关联已有的同名部门", "Departments of the same name are linked"],
  linksHint: [
    "同一上级下名称相同的已有部门会由该目录管理，原有的授权随之生效；关闭时两者并存。",
    "One that is here already, in the same place, is the directory's from then on, with all that is allowed to it. Otherwise the two stand side by side.",
  ],
  every: ["自动同步", "Taken over by itself"],
  everyHint: ["启用目录之后按此间隔同步全部内容。", "Once the directory is on, all of it is taken over so often."],
  minutes: ["间隔（分钟）", "Every (minutes)"],
  intervals: ["常用间隔", "Usual intervals"],
  m15: ["每 15 分钟", "Every 15 minutes"],
  m60: ["每小时", "Every hour"],
  m360: ["每 6 小时", "Every 6 hours"],
  m1440: ["每天", "Every day"],
  follows: ["实时跟进变更", "Changes are followed"],
  followsHint: [
    "两次完整同步之间，目录中的变更（例如停用）随时同步过来，前提是目录支持。",
    "Between these, changes there, such as somebody who is disabled, are taken over as they happen, where the directory can tell.",
  ],
  threshold: ["安全阈值", "Safety threshold"],
  thresholdHint: [
    "24 小时内停用或恢复的人数，或单次同步移入移出用户组的人数，超过任一数值时，先停下等待确认。",
    "A run waits for a decision where more people than either would be shut out or let in again within a day, or moved between groups by it alone.",
  ],
  thresholdOfPushes: [
    "一小时内推送停用的人数超过任一数值时，拒绝继续停用并等待确认；单次推送移出用户组的人数超过时，也等待确认（移入不计）。同步全部内容时按天计算。",
    "More people than either who are disabled by pushes within an hour wait for a decision, and further ones are refused. So do more who are taken out of a group by one push; those who are put in do not count. A run over everybody counts by the day.",
  ],
  people: ["人数", "People"],
  percent: ["占比（%）", "Share (%)"],
});

const OTHERS: Others[] = ["keep", "disable"];

/** How people and departments are taken over, whatever the kind of directory. */
export function TakeOverStep() {
  const may = useMay();
  const form = Form.useFormInstance<DirectoryDraft>();
  const pushes = Form.useWatch((all: DirectoryDraft) => all.source?.kind, { form, preserve: true }) === "scim";
  const every = Form.useWatch((all: DirectoryDraft) => all.organisation?.every_minutes, form);
  const trusts = Form.useWatch((all: DirectoryDraft) => all.organisation?.trusts_mail, form);
  return (
    <>
      <Form.Item
        name={["organisation", "trusts_mail"]}
        label={t.trustsMail}
        extra={t.trustsMailHint}
        valuePropName="checked"
      >
        <Switch />
      </Form.Item>
      <MatchByItem name={["organisation", "match_by"]} mayBeByMail={trusts ?? false} />
      <Form.Item name={["organisation", "others"]} label={t.others}>
        <Radio.Group
          style={{ display: "flex", flexDirection: "column", gap: 8 }}
          options={OTHERS.map((value) => ({ value, label: t[value] }))}
        />
      </Form.Item>
      {may("departments:read") && (
        <Form.Item name={["organisation", "below"]} label={t.below} extra={t.belowHint}>
          <DepartmentChooser allowClear style={{ maxWidth: 400 }} />
        </Form.Item>
      )}
      <Form.Item
        name={["organisation", "links_departments"]}
        label={t.links}
        extra={t.linksHint}
        valuePropName="checked"
      >
        <Switch />
      </Form.Item>
      {!pushes && (
        <Form.Item name={["organisation", "every_minutes"]} label={t.every} extra={t.everyHint}>
          <Every />
        </Form.Item>
      )}
      {!pushes && every && (
        <Form.Item name={["organisation", "follows"]} label={t.follows} extra={t.followsHint} valuePropName="checked">
          <Switch />
        </Form.Item>
      )}
      <Form.Item label={t.threshold} extra={pushes ? t.thresholdOfPushes : t.thresholdHint}>
        <Flex gap={16} wrap>
          <Form.Item name={["organisation", "threshold", "people"]} noStyle rules={[{ required: true }]}>
            <InputNumber min={0} max={1_000_000} prefix={t.people} aria-label={t.people} style={{ width: 180 }} />
          </Form.Item>
          <Form.Item name={["organisation", "threshold", "percent"]} noStyle rules={[{ required: true }]}>
            <InputNumber min={0} max={100} prefix={t.percent} aria-label={t.percent} style={{ width: 180 }} />
          </Form.Item>
        </Flex>
      </Form.Item>
    </>
  );
}

type EveryProps = { id?: string; value?: number | null; onChange?: (minutes: number | null) => void };

/** Each so many minutes; null: when somebody says so. */
function Every({ id, value, onChange }: EveryProps) {
  const isOn = value !== null && value !== undefined;
  return (
    <Flex gap={12} wrap align="center">
      <Switch id={id} aria-label={t.every} checked={isOn} onChange={(on) => onChange?.(on ? 60 : null)} />
      {isOn && (
        <>
          <InputNumber
            aria-label={t.minutes}
            min={5}
            max={10_080}
            value={value}
            onChange={(minutes) => onChange?.(minutes ?? 60)}
            style={{ width: 110 }}
          />
          <Typography.Text>{t.minutes}</Typography.Text>
          <Select
            aria-label={t.intervals}
            placeholder={t.intervals}
            value={[15, 60, 360, 1440].includes(value) ? value : undefined}
            onChange={(minutes: number) => onChange?.(minutes)}
            style={{ width: 160 }}
            options={[
              { value: 15, label: t.m15 },
              { value: 60, label: t.m60 },
              { value: 360, label: t.m360 },
              { value: 1440, label: t.m1440 },
            ]}
          />
        </>
      )}
    </Flex>
  );
}
