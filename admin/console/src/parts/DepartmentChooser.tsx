import { Select, type SelectProps } from "antd";
import { useState } from "react";

import { pathText, useDepartments, useFoundDepartments } from "../api/departments";

type Props = Omit<SelectProps<string | string[]>, "options" | "showSearch" | "loading">;

/** Departments, found by a part of their name. */
export function DepartmentChooser(props: Props) {
  const [search, setSearch] = useState("");
  const { data, isFetching } = useFoundDepartments(search);
  const chosen = useDepartments([props.value ?? []].flat());
  const byId = new Map([...chosen, ...(data?.items ?? [])].map((department) => [department.id, department]));
  return (
    <Select
      {...props}
      showSearch={{ filterOption: false, onSearch: setSearch }}
      loading={isFetching}
      options={[...byId.values()].map((department) => ({ value: department.id, label: pathText(department) }))}
    />
  );
}
