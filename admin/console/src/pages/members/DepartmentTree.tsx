import { MoreOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Dropdown, Flex, Input, List, Spin, Tree, type TreeDataNode, type TreeProps, Typography } from "antd";
import { useState } from "react";

import { useMay } from "../../api/caller";
import { pathText, TOP, useDepartmentLevels, useFoundDepartments } from "../../api/departments";
import type { Department } from "../../api/schema";
import { texts } from "../../language/texts";
import { DepartmentForm, type Editing } from "./DepartmentForm";
import { useDepartmentActions } from "./useDepartmentActions";
import { t as words } from "./words";

const t = texts({
  create: ["新建部门", "New department"],
  search: ["搜索部门", "Search departments"],
  more: (name: string) => [`“${name}”的操作`, `Actions for “${name}”`],
  none: ["没有符合的部门", "No department matches"],
});

type Node = TreeDataNode & { department: Department; children?: Node[] };
type Props = { chosen: string | undefined; onChoose: (department: Department | undefined) => void };

/** The tree of departments: choosing one, and changing the tree. */
export function DepartmentTree({ chosen, onChoose }: Props) {
  const may = useMay();
  const [editing, setEditing] = useState<Editing>();
  const [search, setSearch] = useState("");
  const { itemsFor, move } = useDepartmentActions({ onEdit: setEditing, onGone: () => onChoose(undefined) });

  const title = (department: Department) => {
    const items = itemsFor(department);
    return (
      <Flex justify="space-between" align="center" gap={4}>
        <Typography.Text ellipsis style={{ maxWidth: 150 }}>
          {department.name}
        </Typography.Text>
        <Flex align="center" gap={4}>
          <Typography.Text type="secondary" style={{ fontSize: 12 }}>
            {department.members || ""}
          </Typography.Text>
          {items.length > 0 && (
            <Dropdown trigger={["click"]} menu={{ items }}>
              <Button
                type="text"
                size="small"
                icon={<MoreOutlined />}
                aria-label={t.more(department.name)}
                onClick={(event) => event.stopPropagation()}
              />
            </Dropdown>
          )}
        </Flex>
      </Flex>
    );
  };

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
            onClick={() => setEditing({ parent: chosen })}
          />
        )}
      </Flex>
      <Button
        type={chosen ? "text" : "link"}
        block
        style={{ justifyContent: "flex-start" }}
        onClick={() => onChoose(undefined)}
      >
        {words.everybody}
      </Button>
      {search ? (
        <Found search={search} onChoose={onChoose} />
      ) : (
        <Levels chosen={chosen} onChoose={onChoose} title={title} move={may("departments:change") ? move : undefined} />
      )}
      {editing && <DepartmentForm editing={editing} onClose={() => setEditing(undefined)} />}
    </>
  );
}

type LevelsProps = Props & {
  title: (department: Department) => React.ReactNode;
  move: ReturnType<typeof useDepartmentActions>["move"] | undefined;
};

/** The tree itself; a level is asked for when it is opened. */
function Levels({ chosen, onChoose, title, move }: LevelsProps) {
  const [open, setOpen] = useState<string[]>([]);
  const levels = useDepartmentLevels(open);
  const nodesBelow = (parent: string): Node[] =>
    (levels.get(parent) ?? []).map((department) => ({
      key: department.id,
      title: department.name,
      isLeaf: department.children === 0,
      department,
      children: levels.has(department.id) ? nodesBelow(department.id) : undefined,
    }));
  const drop: TreeProps<Node>["onDrop"] = ({ dragNode, node, dropToGap, dropPosition }) => {
    const at = Number(node.pos.split("-").at(-1));
    const beside = node.department;
    if (!dropToGap) void move?.(dragNode.department, { parent: beside.id });
    else if (dropPosition < at) void move?.(dragNode.department, { parent: beside.parent, before: beside.id });
    else void move?.(dragNode.department, { parent: beside.parent, after: beside.id });
  };
  return (
    <Tree<Node>
      blockNode
      height={520}
      treeData={nodesBelow(TOP)}
      expandedKeys={open}
      onExpand={(keys) => setOpen(keys.map(String))}
      selectedKeys={chosen ? [chosen] : []}
      onSelect={(_, { node, selected }) => onChoose(selected ? node.department : undefined)}
      titleRender={({ department }) => title(department)}
      draggable={move && { icon: false }}
      onDrop={drop}
    />
  );
}

/** Those that a search finds, each with where it is. */
function Found({ search, onChoose }: { search: string; onChoose: Props["onChoose"] }) {
  const { data, isPending } = useFoundDepartments(search);
  if (isPending) return <Spin />;
  return (
    <List<Department>
      size="small"
      dataSource={data?.items ?? []}
      locale={{ emptyText: t.none }}
      renderItem={(department) => (
        <List.Item style={{ padding: 0 }}>
          <Button
            type="text"
            block
            style={{ justifyContent: "flex-start", height: "auto", whiteSpace: "normal", textAlign: "start" }}
            onClick={() => onChoose(department)}
          >
            {pathText(department)}
          </Button>
        </List.Item>
      )}
    />
  );
}
