import { useQueryClient } from "@tanstack/react-query";
import { Form, Input } from "antd";

import { api, told } from "../../api/client";
import type { Department } from "../../api/schema";
import { texts } from "../../language/texts";
import { DepartmentChooser } from "../../parts/DepartmentChooser";
import { FormDrawer } from "../../parts/FormDrawer";

const t = texts({
  create: ["新建部门", "New department"],
  edit: ["编辑部门", "Edit department"],
  name: ["名称", "Name"],
  parent: ["上级部门", "Belongs to"],
  top: ["留空表示顶级部门", "Empty: at the top"],
});

/** A department that is changed, or a new one and where it is to be. */
export type Editing = { department: Department } | { parent: string | undefined };

type Values = { name: string; parent?: string | null };

export function DepartmentForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const queries = useQueryClient();
  const old = "department" in editing ? editing.department : undefined;
  const initial: Values = old
    ? { name: old.name, parent: old.parent }
    : { name: "", parent: "parent" in editing ? editing.parent : undefined };
  const send = (values: Values) => {
    const body = { name: values.name, parent: values.parent ?? null, position: old?.position };
    if (!old) return told(api.POST("/departments", { body }));
    const [path, header] = [{ id: old.id }, { "If-Match": `"${old.version}"` }];
    return told(api.PUT("/departments/{id}", { params: { path, header }, body }));
  };
  return (
    <FormDrawer<Values>
      title={old ? t.edit : t.create}
      initial={initial}
      send={send}
      onClose={(done) => {
        if (done) void queries.invalidateQueries();
        onClose();
      }}
    >
      <Form.Item name="name" label={t.name} rules={[{ required: true, whitespace: true }]}>
        <Input />
      </Form.Item>
      <Form.Item name="parent" label={t.parent} extra={t.top}>
        <DepartmentChooser allowClear />
      </Form.Item>
    </FormDrawer>
  );
}
