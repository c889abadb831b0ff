import { useQueryClient } from "@tanstack/react-query";
import { TreeSelect, type TreeSelectProps } from "antd";
import { useId, useState } from "react";

import { type Level, levelQuery, showMore, TOP, useDepartmentLevels } from "../api/departmentLevels";
import { pathText, useDepartments, useFoundDepartments } from "../api/departments";
import { texts } from "../language/texts";
import { useAction } from "./useAction";
import { useSettled } from "./useSettled";
import { withProblem } from "./withProblem";

const t = texts({ more: ["显示更多…", "Show more…"], none: ["没有名称相符的部门", "No department has such a name"] });

type Props = Omit<TreeSelectProps<string | string[]>, "treeData" | "showSearch" | "loadData" | "value" | "onChange"> & {
  value?: string | string[] | null;
  onChange?: (value: never) => void;
  /** Not to be chosen, with all below it. */
  without?: string;
};

type Option = { value: string; title: string; name: string; isLeaf: boolean; disabled?: boolean; children?: Option[] };
type Chosen = { value: string; label?: unknown };

/** Departments, chosen in their tree or found by a part of their name. */
export function DepartmentChooser({ value, onChange, without, multiple, id, ...props }: Props) {
  const queries = useQueryClient();
  const { attempt } = useAction();
  const ownId = useId();
  const named = id ?? ownId;
  const [open, setOpen] = useState<string[]>([]);
  const [typed, setTyped] = useState("");
  const search = useSettled(typed.trim());
  const { levels, error } = useDepartmentLevels(open);
  const { data: found, error: notFound } = useFoundDepartments(search);

  const ids = [value ?? []].flat();
  const known = useDepartments(ids);
  const chosen = ids.map((id) => ({ value: id, label: known.find((department) => department.id === id)?.name ?? "…" }));

  const tree = search
    ? (found?.items ?? []).map((department) => ({
        value: department.id,
        title: pathText(department),
        name: department.name,
        isLeaf: true,
        disabled: [...department.path, department].some(({ id }) => id === without),
      }))
    : optionsBelow(levels, TOP, without);

  const choose = (next: Chosen | Chosen[] | undefined) => {
    const all = [next ?? []].flat().map((one) => one.value);
    const more = all.find((one) => one.startsWith(MORE));
    if (more) return void attempt(() => showMore(queries, more.slice(MORE.length)));
    onChange?.((multiple ? all : all[0]) as never);
  };

  return (
    <TreeSelect<Chosen | Chosen[]>
      allowClear
      {...(props as object)}
      id={named}
      // The input says that it owns a list of this name, which the widget itself leaves out.
      popupRender={(tree) => <div id={`${named}_list`}>{withProblem(search ? notFound : error, tree)}</div>}
      multiple={multiple}
      labelInValue
      treeNodeLabelProp="name"
      value={multiple ? chosen : (chosen[0] as never)}
      onChange={(next) => choose(next)}
      showSearch={{ filterTreeNode: false, searchValue: typed, onSearch: setTyped }}
      notFoundContent={search ? t.none : undefined}
      treeData={tree}
      treeExpandedKeys={search ? [] : open}
      onTreeExpand={(keys) => setOpen(keys.map(String))}
      loadData={async ({ value: parent }) => {
        // What goes wrong is told above the tree.
        await queries.ensureQueryData(levelQuery(queries, String(parent))).catch(() => undefined);
      }}
    />
  );
}

const MORE = "more:";

function optionsBelow(levels: ReadonlyMap<string, Level>, parent: string, without: string | undefined): Option[] {
  const level = levels.get(parent);
  if (!level) return [];
  const options: Option[] = level.items.map(({ id, name, children }) => ({
    value: id,
    title: name,
    name,
    isLeaf: children === 0 || id === without,
    disabled: id === without,
    children: levels.has(id) && id !== without ? optionsBelow(levels, id, without) : undefined,
  }));
  if (level.next) options.push({ value: `${MORE}${parent}`, title: t.more, name: t.more, isLeaf: true });
  return options;
}
