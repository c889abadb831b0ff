import { useQueryClient } from "@tanstack/react-query";
import { Form } from "antd";

import type { Manager } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { MemberChooser } from "../../../parts/choosers";
import { FormDrawer } from "../../../parts/FormDrawer";
import { type Managed, sendManagers } from "./useManagers";

const t = texts({
  ofDepartment: (name: string) => [`“${name}”的负责人`, `Managers of “${name}”`],
  ofMember: (name: string) => [`“${name}”的上级`, `The manager of ${name}`],
  managers: ["负责人", "Managers"],
  order: ["排在第一位的为主要负责人。", "The first is the first among them."],
  manager: ["上级", "Manager"],
  choose: ["输入姓名、用户名或邮箱", "Type a name, username or email"],
});

type Props = { of: Managed; managers: Manager[]; onClose: () => void };
type Values = { managers: string | string[] | undefined };

/** Says who heads a department, or to whom somebody reports. */
export function ManagersForm({ of, managers, onClose }: Props) {
  const queries = useQueryClient();
  const isMany = of.kind === "department";
  const chosen = managers.map((one) => one.id);
  const known = managers.map((one) => ({ value: one.id, label: `${one.display_name} (${one.username})` }));
  return (
    <FormDrawer<Values>
      title={isMany ? t.ofDepartment(of.name) : t.ofMember(of.name)}
      initial={{ managers: isMany ? chosen : chosen[0] }}
      send={({ managers }) => sendManagers(of, [managers ?? []].flat())}
      onClose={() => {
        void queries.invalidateQueries({ queryKey: ["managers", of.kind, of.id] });
        onClose();
      }}
    >
      <Form.Item name="managers" label={isMany ? t.managers : t.manager} extra={isMany ? t.order : undefined}>
        <MemberChooser mode={isMany ? "multiple" : undefined} allowClear known={known} placeholder={t.choose} />
      </Form.Item>
    </FormDrawer>
  );
}
