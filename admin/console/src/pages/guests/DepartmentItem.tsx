import { Alert, Form } from "antd";

import { useMay, useMayEverywhere } from "../../api/caller";
import { texts } from "../../language/texts";
import { DepartmentChooser } from "../../parts/DepartmentChooser";
import { t as memberWords } from "../members/words";

const words = texts({
  confined: [
    "您的角色限定在部分部门：请选择访客所属的部门。",
    "Your role is confined to departments: choose the one to which the guest belongs.",
  ],
  unseen: [
    "您的角色限定在部分部门，但没有查看部门的权限，因此无法邀请访客：请联系管理员授予 departments:read。",
    "Your role is confined to departments and cannot see them, so it invites nobody: ask an administrator for departments:read.",
  ],
});

/** Where somebody new belongs: chosen by those who are confined, and by those who may place people. */
export function DepartmentItem() {
  const may = useMay();
  const isConfined = !useMayEverywhere()("guests:create");
  if (!may("departments:read")) return isConfined && <Alert showIcon type="warning" title={words.unseen} />;
  if (!isConfined && !may("departments:change")) return null;
  return (
    <Form.Item
      name="departments"
      label={memberWords.departments}
      extra={isConfined ? words.confined : memberWords.departmentsHint}
      rules={[{ required: isConfined }]}
    >
      <DepartmentChooser multiple />
    </Form.Item>
  );
}
