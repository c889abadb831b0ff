import { DeleteOutlined, EditOutlined, PlusOutlined } from "@ant-design/icons";
import type { MenuProps } from "antd";
import { useState } from "react";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import type { Department, Place } from "../../api/schema";
import { texts } from "../../language/texts";
import { useAction } from "../../parts/useAction";
import type { Editing } from "./DepartmentForm";

const t = texts({
  createBelow: ["新建下级部门", "New department below"],
  edit: ["编辑部门", "Edit department"],
  remove: ["删除部门", "Delete department"],
  removeTitle: (name: string) => [`删除部门“${name}”？`, `Delete the department “${name}”?`],
  removeEmpty: ["此操作不可撤销。", "This cannot be undone."],
  removeMoving: (people: number, below: number) => [
    `${people} 名成员和 ${below} 个下级部门会移到上级部门。此操作不可撤销。`,
    `${people} people and ${below} departments below it move up to the department above. This cannot be undone.`,
  ],
  notAtTop: (people: number) => [
    `${people} 名成员直接属于此部门，而它没有上级部门可以接收。请先把他们移到别的部门。`,
    `${people} people belong to it, and there is no department above to take them. Move them to another one first.`,
  ],
  moved: ["已移动", "Moved"],
});

type Handlers = { onEdit: (editing: Editing) => void; onGone: () => void };

/** What can be done to a department, and moving it about. */
export function useDepartmentActions({ onEdit, onGone }: Handlers) {
  const may = useMay();
  const { act, ask } = useAction();
  const [isMoving, setMoving] = useState(false);

  const versionOf = (department: Department) => ({
    path: { id: department.id },
    header: { "If-Match": `"${department.version}"` },
  });

  const remove = (department: Department) => {
    const { name, members, children, parent } = department;
    const query = {
      ...(members > 0 && parent ? { move_members_to: parent } : {}),
      ...(children > 0 ? { move_children_to: parent ?? "top" } : {}),
    };
    const isEmpty = members === 0 && children === 0;
    const stuck = members > 0 && !parent;
    const content = isEmpty ? t.removeEmpty : stuck ? t.notAtTop(members) : t.removeMoving(members, children);
    ask(
      { title: t.removeTitle(name), content, okText: t.remove, isDanger: true },
      () => told(api.DELETE("/departments/{id}", { params: { ...versionOf(department), query } })),
      onGone,
    );
  };

  const itemsFor = (department: Department): NonNullable<MenuProps["items"]> => [
    ...(may("departments:create")
      ? [
          {
            key: "below",
            icon: <PlusOutlined />,
            label: t.createBelow,
            onClick: () => onEdit({ parent: department.id }),
          },
        ]
      : []),
    ...(may("departments:change")
      ? [{ key: "edit", icon: <EditOutlined />, label: t.edit, onClick: () => onEdit({ department }) }]
      : []),
    ...(may("departments:remove")
      ? [
          {
            key: "remove",
            icon: <DeleteOutlined />,
            danger: true,
            label: t.remove,
            onClick: () => remove(department),
          },
        ]
      : []),
  ];

  const move = async (department: Department, body: Place) => {
    if (isMoving) return;
    setMoving(true);
    await act(() => told(api.POST("/departments/{id}/move", { params: versionOf(department), body })), t.moved);
    setMoving(false);
  };

  return { itemsFor, move };
}
