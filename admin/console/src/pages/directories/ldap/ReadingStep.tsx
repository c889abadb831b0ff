import { Card, Form, Input, Select, Switch } from "antd";
import type { ReactNode } from "react";

import { useMay } from "../../../api/caller";
import { texts } from "../../../language/texts";
import type { StepProps } from "../steps";
import type { LdapDraft } from "./draft";
import { Preview } from "./Preview";

const t = texts({
  people: ["人员", "People"],
  units: ["部门", "Departments"],
  groups: ["用户组", "Groups"],
  takeUnits: ["同步部门", "Take over departments"],
  takeUnitsHint: ["人员属于其上方最近的部门。", "People belong to the nearest one above them."],
  takeGroups: ["同步用户组", "Take over groups"],
  base: ["搜索起点", "Base"],
  baseHint: ["留空则与连接中的搜索起点相同。", "Empty: that of the connection."],
  filter: ["筛选条件", "Filter"],
  key: ["唯一标识", "Key"],
  keyHint: ["不会改变、也不会重复的属性。", "An attribute that never changes, and is nobody else's."],
  username: ["用户名", "Username"],
  name: ["姓名", "Name"],
  firstThere: ["取第一个有值的属性。", "The first of these that is there."],
  email: ["邮箱", "Email"],
  mobile: ["手机号", "Mobile"],
  number: ["工号", "Employee number"],
  disabled: ["停用标志属性", "Attribute of the disabled"],
  disabledHint: ["留空则不从目录读取停用状态。", "Empty: the directory disables nobody."],
  values: ["表示停用的值", "Values that say so"],
  valuesHint: [
    "* 表示任意值；& 后接数字表示按位匹配，例如 &2。",
    "* stands for any; a number after & asks for those bits, such as &2.",
  ],
  unitName: ["部门名称", "Name"],
  position: ["排序属性", "Order"],
  positionHint: ["留空则按名称排序。", "Empty: by name."],
  groupName: ["用户组名称", "Name"],
  members: ["成员属性", "Attribute of its people"],
  membersHint: ["以 DN 指向人员的属性，或包含用户名的 memberUid。", "Names people by DN, or by username in memberUid."],
});

/** Which entries are people, departments and groups, and what is read of them. */
export function ReadingStep({ directory }: StepProps) {
  const may = useMay();
  const form = Form.useFormInstance<LdapDraft>();
  const draft = Form.useWatch((all: LdapDraft) => all, { form, preserve: true });
  const isOrganisation = draft?.used_for !== "sign_in";
  return (
    <>
      <Part title={t.people}>
        <People disabled={draft?.source?.people?.disabled} />
      </Part>
      {isOrganisation && (
        <>
          <Part title={t.units}>
            <Units isOn={draft?.source?.units?.enabled ?? true} />
          </Part>
          <Part title={t.groups}>
            <Groups isOn={draft?.source?.groups?.enabled ?? false} />
          </Part>
        </>
      )}
      {may("directories:change") && <Preview directory={directory} />}
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card size="small" title={title} style={{ marginBottom: 24 }}>
      {children}
    </Card>
  );
}

type Path = [part: "people" | "units" | "groups", field: string];

function TextItem({ at, label, hint, needed }: { at: Path; label: string; hint?: string; needed?: boolean }) {
  return (
    <Form.Item name={["source", ...at]} label={label} extra={hint} rules={[{ required: needed, whitespace: needed }]}>
      <Input className="mono" autoComplete="off" spellCheck={false} />
    </Form.Item>
  );
}

function ListItem({ at, label, hint, needed }: { at: Path; label: string; hint?: string; needed?: boolean }) {
  return (
    <Form.Item name={["source", ...at]} label={label} extra={hint} rules={[{ required: needed }]}>
      <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[",", " "]} className="mono" />
    </Form.Item>
  );
}

function People({ disabled }: { disabled: string | undefined }) {
  return (
    <>
      <TextItem at={["people", "base"]} label={t.base} hint={t.baseHint} />
      <TextItem at={["people", "filter"]} label={t.filter} needed />
      <TextItem at={["people", "key"]} label={t.key} hint={t.keyHint} needed />
      <TextItem at={["people", "username"]} label={t.username} needed />
      <ListItem at={["people", "display_name"]} label={t.name} hint={t.firstThere} needed />
      <TextItem at={["people", "email"]} label={t.email} />
      <TextItem at={["people", "mobile"]} label={t.mobile} />
      <TextItem at={["people", "employee_number"]} label={t.number} />
      <TextItem at={["people", "disabled"]} label={t.disabled} hint={t.disabledHint} />
      {disabled && <ListItem at={["people", "disabled_values"]} label={t.values} hint={t.valuesHint} needed />}
    </>
  );
}

function Units({ isOn }: { isOn: boolean }) {
  return (
    <>
      <Form.Item
        name={["source", "units", "enabled"]}
        label={t.takeUnits}
        extra={t.takeUnitsHint}
        valuePropName="checked"
      >
        <Switch />
      </Form.Item>
      {isOn && (
        <>
          <TextItem at={["units", "base"]} label={t.base} hint={t.baseHint} />
          <TextItem at={["units", "filter"]} label={t.filter} needed />
          <TextItem at={["units", "key"]} label={t.key} needed />
          <ListItem at={["units", "name"]} label={t.unitName} hint={t.firstThere} needed />
          <TextItem at={["units", "position"]} label={t.position} hint={t.positionHint} />
        </>
      )}
    </>
  );
}

function Groups({ isOn }: { isOn: boolean }) {
  return (
    <>
      <Form.Item name={["source", "groups", "enabled"]} label={t.takeGroups} valuePropName="checked">
        <Switch />
      </Form.Item>
      {isOn && (
        <>
          <TextItem at={["groups", "base"]} label={t.base} hint={t.baseHint} />
          <TextItem at={["groups", "filter"]} label={t.filter} needed />
          <TextItem at={["groups", "key"]} label={t.key} needed />
          <TextItem at={["groups", "name"]} label={t.groupName} needed />
          <TextItem at={["groups", "people"]} label={t.members} hint={t.membersHint} needed />
        </>
      )}
    </>
  );
}
