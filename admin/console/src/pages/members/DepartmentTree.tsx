import { DeleteOutlined, EditOutlined, MoreOutlined, PlusOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Dropdown, Flex, Form, Input, Tree } from "antd";
import { useMemo, useState } from "react";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import type { Department, DepartmentDraft } from "../../api/schema";
import { texts } from "../../language/texts";
import { DepartmentChooser } from "../../parts/DepartmentChooser";
import { FormDrawer } from "../../parts/FormDrawer";
import { useAction } from "../../parts/useAction";
import { type DepartmentNode, departmentTree } from "./departmentTree";
import { t as words } from "./words";

const t = texts({
  create: ["新建部门", "New department"],
  createBelow: ["新建下级部门", "New department below"],
  edit: ["编辑部门", "Edit department"],
  remove: ["删除部门", "Delete department"],
  removeTitle: (name: string) => [`删除部门“${name}”？`, `Delete the department “${name}”?`],
  removeText: [
    "只能删除没有成员和下级部门的部门。此操作不可撤销。",
    "Only a department without people and without departments below it can be deleted. This cannot be undone.",
  ],
  name: ["名称", "Name"],
  parent: ["上级部门", "Belongs to"],
  top: ["留空表示顶级部门", "Empty: at the top"],
  search: ["搜索部门", "Search departments"],
  more: (name: string) => [`“${name}”的操作`, `Actions for “${name}”`],
});

type Props = {
  departments: readonly Department[];
  chosen: string | undefined;
  onChoose: (id: string | undefined) => void;
};
type Editing = { department?: Department; draft: DepartmentDraft };

/** The tree of departments: choosing one, and changing the tree. */
export function DepartmentTree({ departments, chosen, onChoose }: Props) {
  const may = useMay();
  const queries = useQueryClient();
  const { ask } = useAction();
  const [editing, setEditing] = useState<Editing>();
  const [search, setSearch] = useState("");
  const tree = useMemo(
    () => departmentTree(search ? matching(departments, search) : departments),
    [departments, search],
  );
  const mayEdit = may("departments:change") || may("departments:create") || may("departments:remove");

  const remove = (department: Department) =>
    ask(
      { title: t.removeTitle(department.name), content: t.removeText, okText: t.remove, isDanger: true },
      async () => {
        const [path, header] = [{ id: department.id }, { "If-Match": `"${department.version}"` }];
        await told(api.DELETE("/departments/{id}", { params: { path, header } }));
        if (chosen === department.id) onChoose(undefined);
      },
    );

  const actions = (department: Department) => [
    ...(may("departments:create")
      ? [
          {
            key: "below",
            icon: <PlusOutlined />,
            label: t.createBelow,
            onClick: () => setEditing({ draft: { name: "", parent: department.id } }),
          },
        ]
      : []),
    ...(may("departments:change")
      ? [
          {
            key: "edit",
            icon: <EditOutlined />,
            label: t.edit,
            onClick: () =>
              setEditing({
                department,
                draft: { name: department.name, parent: department.parent, position: department.position },
              }),
          },
        ]
      : []),
    ...(may("departments:remove")
      ? [{ key: "remove", icon: <DeleteOutlined />, danger: true, label: t.remove, onClick: () => remove(department) }]
      : []),
  ];

  return (
    <>
      <Flex gap={8} style={{ marginBottom: 8 }}>
        <Input
          allowClear
          aria-label={t.search}
          placeholder={t.search}
          onChange={(event) => setSearch(event.target.value.trim())}
        />
        {may("departments:create") && (
          <Button
            icon={<PlusOutlined />}
            aria-label={t.create}
            title={t.create}
            onClick={() => setEditing({ draft: { name: "", parent: chosen } })}
          />
        )}
      </Flex>
      <Button
        type={chosen ? "text" : "link"}
        block
        style={{ textAlign: "start", justifyContent: "flex-start" }}
        onClick={() => onChoose(undefined)}
      >
        {words.everybody}
      </Button>
      <Tree<DepartmentNode>
        blockNode
        height={520}
        defaultExpandAll={departments.length < 50}
        key={`${departments.length > 0} ${search}`}
        treeData={tree}
        selectedKeys={chosen ? [chosen] : []}
        onSelect={([key]) => onChoose(key === undefined ? undefined : String(key))}
        titleRender={({ title, department }) => (
          <Flex justify="space-between" align="center" gap={4}>
            <span style={{ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", maxWidth: 150 }}>
              {title}
            </span>
            {mayEdit && (
              <Dropdown trigger={["click"]} menu={{ items: actions(department) }}>
                <Button
                  type="text"
                  size="small"
                  icon={<MoreOutlined />}
                  aria-label={t.more(title)}
                  onClick={(event) => event.stopPropagation()}
                />
              </Dropdown>
            )}
          </Flex>
        )}
      />
      {editing && (
        <FormDrawer<DepartmentDraft>
          title={editing.department ? t.edit : t.create}
          initial={editing.draft}
          send={(values) => send(editing, values)}
          onClose={(done) => {
            setEditing(undefined);
            if (done) void queries.invalidateQueries();
          }}
        >
          <Form.Item name="name" label={t.name} rules={[{ required: true, whitespace: true }]}>
            <Input />
          </Form.Item>
          <Form.Item name="parent" label={t.parent} extra={t.top}>
            <DepartmentChooser allowClear />
          </Form.Item>
        </FormDrawer>
      )}
    </>
  );
}

function send({ department, draft }: Editing, values: DepartmentDraft) {
  const body = { ...draft, ...values, parent: values.parent ?? null };
  if (!department) return told(api.POST("/departments", { body }));
  const [path, header] = [{ id: department.id }, { "If-Match": `"${department.version}"` }];
  return told(api.PUT("/departments/{id}", { params: { path, header }, body }));
}

/** Those whose names hold the text, and those above them. */
function matching(departments: readonly Department[], search: string): Department[] {
  const byId = new Map(departments.map((department) => [department.id, department]));
  const kept = new Set<string>();
  for (const department of departments) {
    if (!department.name.toLowerCase().includes(search.toLowerCase())) continue;
    for (
      let at: Department | undefined = department;
      at && !kept.has(at.id);
      at = at.parent ? byId.get(at.parent) : undefined
    ) {
      kept.add(at.id);
    }
  }
  return departments.filter(({ id }) => kept.has(id));
}
