import { useQueryClient } from "@tanstack/react-query";
import { Form } from "antd";

import { api, told } from "../../../api/client";
import type { Department } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { MemberChooser } from "../../../parts/choosers";
import { FormDrawer } from "../../../parts/FormDrawer";

const t = texts({
  title: (name: string) => [`添加成员到“${name}”`, `Add members to “${name}”`],
  members: ["成员", "Members"],
  hint: [
    "他们在其他部门的归属保持不变，并受此部门的访问规则约束。",
    "They stay in their other departments; the rules for this one apply to them, too.",
  ],
  choose: ["输入姓名、用户名或邮箱", "Type a name, username or email"],
  add: ["添加", "Add"],
});

type Values = { members: string[] };

/** Puts people who are there already into a department. */
export function AddMembers({ department, onClose }: { department: Department; onClose: () => void }) {
  const queries = useQueryClient();
  const { id, name } = department;
  const send = async ({ members }: Values) => {
    for (const member of members) {
      await told(api.PUT("/departments/{id}/members/{member}", { params: { path: { id, member } } }));
    }
  };
  return (
    <FormDrawer<Values>
      title={t.title(name)}
      initial={{ members: [] }}
      saveText={t.add}
      send={send}
      onClose={() => {
        void queries.invalidateQueries();
        onClose();
      }}
    >
      <Form.Item name="members" label={t.members} extra={t.hint} rules={[{ required: true }]}>
        <MemberChooser mode="multiple" placeholder={t.choose} />
      </Form.Item>
    </FormDrawer>
  );
}
