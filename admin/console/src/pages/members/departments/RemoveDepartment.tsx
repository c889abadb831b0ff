import { useQueryClient } from "@tanstack/react-query";
import { App, Form, Modal, Typography } from "antd";

import { api, told } from "../../../api/client";
import type { Department } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { DepartmentChooser } from "../../../parts/DepartmentChooser";
import { FormProblem } from "../../../parts/FormProblem";
import { useSubmit } from "../../../parts/useSubmit";
import { TOP } from "../../../api/departmentLevels";
import { t as words } from "./words";

const t = texts({
  title: (name: string) => [`删除部门“${name}”？`, `Delete the department “${name}”?`],
  empty: [
    "这个部门没有成员和下级部门。按此部门授权的规则将不再对任何人生效。此操作不可撤销。",
    "It has neither members nor departments below it. Rules that name it apply to nobody any more. This cannot be undone.",
  ],
  holds: (what: string) => [
    `这个部门还有${what}。请选择去处，之后部门会被删除。此操作不可撤销。`,
    `It still holds ${what}. Choose where they go; then it is deleted. This cannot be undone.`,
  ],
  heldMembers: (n: number) => [` ${n} 名直属成员`, n === 1 ? "1 member" : `${n} members`],
  heldChildren: (n: number) => [` ${n} 个下级部门`, n === 1 ? "1 department" : `${n} departments`],
  and: ["和", " and "],
  members: (n: number) => [`${n} 名成员移到`, `Move the ${n} members to`],
  children: (n: number) => [`${n} 个下级部门移到`, `Move the ${n} departments below`],
  atTop: ["留空表示移为顶级部门。", "Leave empty to put them at the top."],
  choose: ["请选择部门", "Choose a department"],
  done: ["部门已删除", "The department is deleted"],
  cancel: ["取消", "Cancel"],
});

type Heirs = { move_members_to?: string; move_children_to?: string };
type Props = { department: Department; onClose: (isDone: boolean) => void };

/** Deletes a department; what it holds goes where the form says. */
export function RemoveDepartment({ department, onClose }: Props) {
  const { id, name, parent, members, children } = department;
  const [form] = Form.useForm<Heirs>();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const send = (heirs: Heirs) => {
    const query = {
      move_members_to: members > 0 ? heirs.move_members_to : undefined,
      move_children_to: children > 0 ? (heirs.move_children_to ?? TOP) : undefined,
    };
    const header = { "If-Match": `"${department.version}"` };
    return told(api.DELETE("/departments/{id}", { params: { path: { id }, header, query } }));
  };
  const { submit, isSending, problem, isStale } = useSubmit(form, send);
  const remove = async (heirs: Heirs) => {
    if (!(await submit(heirs))) return;
    void message.success(t.done);
    onClose(true);
    await queries.invalidateQueries();
  };
  const anew = () => {
    onClose(false);
    void queries.invalidateQueries();
  };
  return (
    <Modal
      open
      title={t.title(name)}
      okText={words.remove}
      okButtonProps={{ danger: true, loading: isSending }}
      cancelText={t.cancel}
      onOk={() => form.submit()}
      onCancel={() => onClose(false)}
    >
      <Typography.Paragraph>{members + children > 0 ? t.holds(held(department)) : t.empty}</Typography.Paragraph>
      <FormProblem problem={problem} onAnew={isStale ? anew : undefined} />
      <Form<Heirs>
        form={form}
        layout="vertical"
        initialValues={{ move_members_to: parent ?? undefined, move_children_to: parent ?? undefined }}
        onFinish={(heirs) => void remove(heirs)}
      >
        {members > 0 && (
          <Form.Item name="move_members_to" label={t.members(members)} rules={[{ required: true, message: t.choose }]}>
            <DepartmentChooser without={id} />
          </Form.Item>
        )}
        {children > 0 && (
          <Form.Item name="move_children_to" label={t.children(children)} extra={t.atTop}>
            <DepartmentChooser without={id} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}

function held({ members, children }: Department): string {
  return [members > 0 && t.heldMembers(members), children > 0 && t.heldChildren(children)].filter(Boolean).join(t.and);
}
