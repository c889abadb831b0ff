import { ArrowDownOutlined, ArrowUpOutlined, MoreOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Dropdown, Spin, Tree, type TreeProps } from "antd";
import { type ReactNode, useState } from "react";

import { useMay } from "../../../api/caller";
import { levelQuery, LEVELS, showMore, TOP, useDepartmentLevels } from "../../../api/departmentLevels";
import { useDepartments } from "../../../api/departments";
import type { Department } from "../../../api/schema";
import { Failed } from "../../../parts/Failed";
import { Nothing } from "../../../parts/Nothing";
import { useAction } from "../../../parts/useAction";
import { useHeight } from "../../../parts/useHeight";
import type { Deeds } from "./deeds";
import css from "./departments.module.css";
import { type Node, nodesBelow, placeOf } from "./nodes";
import { useMove } from "./useMove";
import { t } from "./words";

type Props = { chosen: string | undefined; onChoose: (id: string) => void; deeds: Deeds };

/** The tree of departments; a level is read when it is opened, and only rows that are seen are drawn. */
export function DepartmentTree({ chosen, onChoose, deeds }: Props) {
  const may = useMay();
  const queries = useQueryClient();
  const move = useMove();
  const { attempt } = useAction();
  const [open, setOpen] = useOpen(chosen);
  const [ref, height] = useHeight();
  const { levels, error } = useDepartmentLevels(open);
  const nodes = nodesBelow(levels);
  const drop: TreeProps<Node>["onDrop"] = ({ dragNode, node, dropToGap, dropPosition }) => {
    if (dragNode.kind !== "department" || node.kind !== "department") return;
    const at = Number(node.pos.split("-").at(-1));
    const where = dropToGap ? (dropPosition < at ? "before" : "after") : "onto";
    move(
      dragNode.department,
      node.department,
      placeOf(node.department, where, node.expanded ? node.children?.[0] : undefined),
    );
  };
  // For those who drag nothing.
  const orderOf = (department: Department) => {
    const level = levels.get(department.parent ?? TOP)?.items ?? [];
    if (level.length < 2 || !may("departments:change")) return [];
    const at = level.findIndex(({ id }) => id === department.id);
    const step = (key: "up" | "down", icon: ReactNode, target: Department | undefined) => ({
      key,
      icon,
      label: t[key],
      disabled: !target,
      onClick: () => target && move(department, target, placeOf(target, key === "up" ? "before" : "after")),
    });
    return [step("up", <ArrowUpOutlined />, level[at - 1]), step("down", <ArrowDownOutlined />, level[at + 1])];
  };
  return (
    <div ref={ref} className={css.tree}>
      {error ? <Failed error={error} onRetry={() => void queries.refetchQueries({ queryKey: LEVELS })} /> : null}
      {!error && levels.size === 0 && <Spin className={css.waiting} />}
      {levels.size > 0 && nodes.length === 0 && <Nothing title={t.none} hint={t.noneHint} />}
      {nodes.length > 0 && height > 0 && (
        <Tree<Node>
          blockNode
          aria-label={t.tree}
          height={height}
          itemHeight={28}
          treeData={nodes}
          expandedKeys={open}
          onExpand={(keys) => setOpen(keys.map(String))}
          loadData={async ({ key }) => {
            // What goes wrong is told above.
            await queries.ensureQueryData(levelQuery(queries, String(key))).catch(() => undefined);
          }}
          selectedKeys={chosen ? [chosen] : []}
          onSelect={(_, { node }) => node.kind === "department" && onChoose(node.department.id)}
          draggable={
            may("departments:change") && {
              icon: false,
              nodeDraggable: (node) => !node.key.toString().startsWith("more:"),
            }
          }
          allowDrop={({ dropNode }) => dropNode.kind === "department"}
          onDrop={drop}
          titleRender={(node) =>
            node.kind === "more" ? (
              <Button type="link" size="small" onClick={() => void attempt(() => showMore(queries, node.parent))}>
                {t.more}
              </Button>
            ) : (
              <Row
                department={node.department}
                deeds={[...orderOf(node.department), ...deeds.menuOf(node.department)]}
              />
            )
          }
        />
      )}
    </div>
  );
}

type RowProps = { department: Department; deeds: ReturnType<Deeds["menuOf"]> };

function Row({ department, deeds: items }: RowProps) {
  const { name, members, members_below } = department;
  const count = members_below ?? members;
  return (
    <span className={css.row}>
      <span className={css.name} title={name}>
        {name}
      </span>
      {count > 0 && (
        <span className={css.count} title={t.people(count)}>
          {count}
        </span>
      )}
      {items.length > 0 && (
        <Dropdown trigger={["click"]} menu={{ items, onClick: ({ domEvent }) => domEvent.stopPropagation() }}>
          <Button
            type="text"
            size="small"
            className={css.actions}
            icon={<MoreOutlined />}
            aria-label={t.actions(name)}
            onClick={(event) => event.stopPropagation()}
          />
        </Dropdown>
      )}
    </span>
  );
}

/** Which departments are open: those that the reader opened, and those above the chosen one. */
function useOpen(chosen: string | undefined): [string[], (open: string[]) => void] {
  const [open, setOpen] = useState<string[]>([]);
  const [department] = useDepartments(chosen ? [chosen] : []);
  const above = department?.path.map(({ id }) => id).join(" ") ?? "";
  const [revealed, setRevealed] = useState("");
  if (above !== revealed) {
    setRevealed(above);
    if (above) setOpen([...new Set([...open, ...above.split(" ")])]);
  }
  return [open, setOpen];
}
