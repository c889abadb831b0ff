import { useQuery } from "@tanstack/react-query";
import { TreeSelect, type TreeSelectProps } from "antd";

import { api, told } from "../api/client";
import { departmentTree } from "../pages/members/departmentTree";

/** Departments, chosen in their tree. */
export function DepartmentChooser(props: Omit<TreeSelectProps<string | string[]>, "treeData">) {
  const { data } = useQuery({ queryKey: ["departments"], queryFn: () => told(api.GET("/departments")) });
  return (
    <TreeSelect
      {...props}
      showSearch={{ treeNodeFilterProp: "title" }}
      treeData={departmentTree(data?.items ?? []).map(asOption)}
      virtual
    />
  );
}

type Option = { value: string; title: string; children: Option[] };

function asOption({ key, title, children }: ReturnType<typeof departmentTree>[number]): Option {
  return { value: key, title, children: children.map(asOption) };
}
