import { DeleteOutlined, EditOutlined, PlusOutlined, UserAddOutlined } from "@ant-design/icons";
import type { MenuProps } from "antd";
import { type ReactNode, useState } from "react";

import { useMay } from "../../../api/caller";
import type { Department } from "../../../api/schema";
import { AddMembers } from "./AddMembers";
import { DepartmentForm } from "./DepartmentForm";
import { RemoveDepartment } from "./RemoveDepartment";
import { t } from "./words";

/** What somebody is about to do with the tree. */
export type Deed =
  | { kind: "create"; parent?: string }
  | { kind: "edit"; department: Department }
  | { kind: "add"; department: Department }
  | { kind: "remove"; department: Department };

export type Deeds = {
  begin: (deed: Deed) => void;
  /** The form of the deed that was begun. */
  form: ReactNode;
  /** What the caller may do with a department. */
  menuOf: (department: Department) => NonNullable<MenuProps["items"]>;
};

/** Begins deeds from wherever a department is shown; one form at a time. */
export function useDepartmentDeeds(onRemoved: (department: Department) => void): Deeds {
  const may = useMay();
  const [deed, begin] = useState<Deed>();
  const menuOf = (department: Department) => [
    may("departments:change") && {
      key: "add",
      icon: <UserAddOutlined />,
      label: t.add,
      onClick: () => begin({ kind: "add", department }),
    },
    may("departments:create") && {
      key: "create",
      icon: <PlusOutlined />,
      label: t.createBelow,
      onClick: () => begin({ kind: "create", parent: department.id }),
    },
    may("departments:change") && {
      key: "edit",
      icon: <EditOutlined />,
      label: t.edit,
      onClick: () => begin({ kind: "edit", department }),
    },
    may("departments:remove") && {
      key: "remove",
      icon: <DeleteOutlined />,
      label: t.remove,
      danger: true,
      onClick: () => begin({ kind: "remove", department }),
    },
  ];
  const form =
    deed &&
    formOf(deed, (isDone) => {
      begin(undefined);
      if (isDone && deed.kind === "remove") onRemoved(deed.department);
    });
  return { begin, form, menuOf: (department) => menuOf(department).filter((item) => item !== false) };
}

function formOf(deed: Deed, end: (isDone: boolean) => void): ReactNode {
  switch (deed.kind) {
    case "create":
      return <DepartmentForm parent={deed.parent} onClose={() => end(true)} />;
    case "edit":
      return <DepartmentForm department={deed.department} onClose={() => end(true)} />;
    case "add":
      return <AddMembers department={deed.department} onClose={() => end(true)} />;
    case "remove":
      return <RemoveDepartment department={deed.department} onClose={end} />;
  }
}
