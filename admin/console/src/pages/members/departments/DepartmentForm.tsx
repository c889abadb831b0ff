import { useQueryClient } from "@tanstack/react-query";
import { Form, Input } from "antd";

import { api, told } from "../../../api/client";
import { useOnce } from "../../../api/once";
import type { Department, DepartmentDraft } from "../../../api/schema";
import { DepartmentChooser } from "../../../parts/DepartmentChooser";
import { FormDrawer } from "../../../parts/FormDrawer";
import { t } from "./words";

type Props = {
  /** What is changed; absent for a new one. */
  department?: Department;
  /** Where a new one begins. */
  parent?: string;
  onClose: () => void;
};

export function DepartmentForm({ department, parent, onClose }: Props) {
  const queries = useQueryClient();
  const once = useOnce();
  const initial: DepartmentDraft = { name: department?.name ?? "", parent: department ? department.parent : parent };
  const send = ({ name, parent }: DepartmentDraft) => {
    const body = { name, parent: parent ?? null };
    if (!department) return once(body, (header) => told(api.POST("/departments", { params: { header }, body })));
    const [path, header] = [{ id: department.id }, { "If-Match": `"${department.version}"` }];
    return told(api.PUT("/departments/{id}", { params: { path, header }, body }));
  };
  return (
    <FormDrawer<DepartmentDraft>
      title={department ? t.edit : t.create}
      initial={initial}
      send={send}
      onClose={(isDone) => {
        if (isDone) void queries.invalidateQueries();
        onClose();
      }}
    >
      <Form.Item name="name" label={t.name} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="parent" label={t.parent} extra={t.top}>
        <DepartmentChooser without={department?.id} />
      </Form.Item>
    </FormDrawer>
  );
}
