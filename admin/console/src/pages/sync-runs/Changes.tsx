import { Button, Tag, Typography } from "antd";
import { useState } from "react";

import { api, told } from "../../api/client";
import { usePages } from "../../api/paging";
import type { SyncChange, SyncRun } from "../../api/schema";
import { texts } from "../../language/texts";
import { CursorTable } from "../../parts/CursorTable";
import { ExportButton } from "../../parts/ExportButton";
import { KindFilter, TextFilter } from "../../parts/log/filters";
import { Nothing } from "../../parts/Nothing";
import { ChangeDrawer } from "./ChangeDrawer";
import { changedFields } from "./fields";
import { CHANGE_COLOURS, CHANGES, OBJECTS, OUTCOME_COLOURS, OUTCOMES, reasonText, wordOf } from "./words";

const t = texts({
  object: ["对象", "Object"],
  change: ["更改", "Change"],
  name: ["名称", "Name"],
  search: ["搜索名称或目录标识", "Search name or key"],
  outcome: ["结果", "Outcome"],
  what: ["内容", "What changes"],
  more: (n: number) => [`…另有 ${n} 项`, `… and ${n} more`],
  none: ["没有符合条件的更改", "No change matches"],
  noneAtAll: ["没有需要更改的内容", "There is nothing to change"],
  noneAtAllHint: ["这里的内容与目录一致。", "What is here is as the directory says."],
});

/** What changes are narrowed down to. */
export type ChangeFilter = { object?: string; change?: string; came_of_it?: string; search?: string };

type Props = { run: SyncRun; filter: ChangeFilter; narrow: (more: ChangeFilter) => void };

/** What a run is to change, and what became of it. */
export function Changes({ run, filter, narrow }: Props) {
  const [open, setOpen] = useState<SyncChange>();
  const { object, change, came_of_it, search } = filter;
  const query = { object, change, came_of_it, search };
  const pages = usePages(["sync-runs", "changes", run.id, run.phase, query], (after) => some(run.id, query, after));
  const isNarrow = Object.values(query).some(Boolean);
  return (
    <>
      <CursorTable<SyncChange>
        pages={pages}
        rowKey="seq"
        onOpen={setOpen}
        nothing={isNarrow ? <Nothing title={t.none} /> : <Nothing title={t.noneAtAll} hint={t.noneAtAllHint} />}
        filters={
          <>
            <KindFilter
              label={t.object}
              names={OBJECTS}
              value={object as never}
              onChange={(one) => narrow({ object: one })}
            />
            <KindFilter
              label={t.change}
              names={CHANGES}
              value={change as never}
              onChange={(one) => narrow({ change: one })}
            />
            <KindFilter
              label={t.outcome}
              names={OUTCOMES}
              value={came_of_it as never}
              onChange={(one) => narrow({ came_of_it: one })}
            />
            <TextFilter label={t.search} value={search} onChange={(text) => narrow({ search: text })} />
            <ExportButton path={`/sync-runs/${run.id}/changes/export`} filter={query} />
          </>
        }
        columns={[
          { title: t.object, dataIndex: "object", render: (one: string) => wordOf(OBJECTS, one) },
          {
            title: t.name,
            key: "name",
            render: (_, one) => (
              <Button type="link" style={{ padding: 0, height: "auto" }} onClick={() => setOpen(one)}>
                {one.name || one.key}
              </Button>
            ),
          },
          {
            title: t.change,
            dataIndex: "kind",
            render: (kind: string) => <Tag color={CHANGE_COLOURS[kind]}>{wordOf(CHANGES, kind)}</Tag>,
          },
          { title: t.outcome, dataIndex: "outcome", render: (one: string) => <Outcome outcome={one} /> },
          { title: t.what, key: "what", render: (_, one) => <InShort change={one} /> },
        ]}
      />
      {open && <ChangeDrawer change={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function some(id: string, query: ChangeFilter, after: string | undefined) {
  const params = { path: { id }, query: { ...query, after } };
  return told(api.GET("/sync-runs/{id}/changes", { params }));
}

export function Outcome({ outcome }: { outcome: string }) {
  return <Tag color={OUTCOME_COLOURS[outcome]}>{wordOf(OUTCOMES, outcome)}</Tag>;
}

/** So many fields are told in a row. */
const FEW = 3;

/** Why it was not made, or the first of what changes. */
function InShort({ change: { kind, before, after, reason } }: { change: SyncChange }) {
  if (reason) {
    return (
      <Typography.Text type="danger" style={{ display: "block", maxWidth: 460 }}>
        {reasonText(reason)}
      </Typography.Text>
    );
  }
  const all = changedFields(before, after);
  // Where a department hangs, and in which order, is told where there is room for it.
  const plain = all.filter(({ field }) => field !== "parent" && field !== "position");
  const fields = plain.length > 0 ? plain : all;
  if (fields.length === 0) return "–";
  const isNew = kind === "create";
  const rest = fields.length - FEW;
  return (
    <div style={{ maxWidth: 460, fontSize: 13, overflowWrap: "anywhere" }}>
      {fields.slice(0, FEW).map(({ field, label, before: was = "–", after: is = "–" }) => (
        <div key={field}>
          <Typography.Text type="secondary">{label} </Typography.Text>
          {field === "parent" ? "…" : isNew ? is : `${was} → ${is}`}
        </div>
      ))}
      {rest > 0 && <Typography.Text type="secondary">{t.more(rest)}</Typography.Text>}
    </div>
  );
}
