import { Card, Form, Input, Select } from "antd";
import type { ReactNode } from "react";

import { texts } from "../../../language/texts";

export const t = texts({
  people: ["人员", "People"],
  units: ["部门", "Departments"],
  groups: ["用户组", "Groups"],
  references: ["忽略指向别处的引用", "References to elsewhere are ignored"],
  referencesHint: [
    "服务器表示目录的一部分存放在别处时：关闭则同步停止且不更改任何内容；开启则视该部分中没有本组织的人员。",
    "Where the server says that a part of the directory is kept elsewhere: off, the run fails and changes nothing; on, nobody of yours is there.",
  ],
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
  manager: ["上级属性", "Attribute of the manager"],
  managerHint: [
    "以 DN 指向上级；留空则可在此手动设置。",
    "Names by DN to whom they report; empty: it is said here by hand.",
  ],
  managers: ["负责人属性", "Attribute of the managers"],
  managersHint: [
    "以 DN 指向部门负责人；留空则可在此手动设置。",
    "Names by DN who heads the department; empty: it is said here by hand.",
  ],
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

/** People, departments or groups. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card size="small" title={title} style={{ marginBottom: 24 }}>
      {children}
    </Card>
  );
}

type Path = [part: "people" | "units" | "groups", field: string];

/** An attribute, a base or a filter. */
export function TextItem({ at, label, hint, needed }: { at: Path; label: string; hint?: string; needed?: boolean }) {
  return (
    <Form.Item name={["source", ...at]} label={label} extra={hint} rules={[{ required: needed, whitespace: needed }]}>
      <Input className="mono" autoComplete="off" spellCheck={false} />
    </Form.Item>
  );
}

/** Several attributes. */
export function ListItem({ at, label, hint, needed }: { at: Path; label: string; hint?: string; needed?: boolean }) {
  return (
    <Form.Item name={["source", ...at]} label={label} extra={hint} rules={[{ required: needed }]}>
      <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[",", " "]} className="mono" />
    </Form.Item>
  );
}
