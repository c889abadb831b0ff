import { useQuery } from "@tanstack/react-query";
import { Flex, Select, Typography } from "antd";
import { Link, useNavigate } from "react-router";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { directoriesQuery } from "../../api/directories";
import { usePages } from "../../api/paging";
import type { SyncRun } from "../../api/schema";
import { CursorTable } from "../../parts/CursorTable";
import { useFilter } from "../../parts/log/useFilter";
import { Nothing } from "../../parts/Nothing";
import { PageHeader } from "../../parts/PageHeader";
import { TimeText, timeText } from "../../parts/TimeText";
import { isUnderWay } from "./progress";
import { modeText, RunProgress, RunState } from "./RunState";
import { useRun } from "./useRuns";
import { starter, t } from "./words";

/** What became of taking over directories: all runs, or those of one. */
export default function SyncRuns() {
  const go = useNavigate();
  const [filter, narrow] = useFilter<{ directory?: string }>();
  const { directory } = filter;
  const pages = usePages(["sync-runs", "list", directory ?? null], (after) =>
    told(api.GET("/sync-runs", { params: { query: { directory, after } } })),
  );
  return (
    <>
      <PageHeader title={t.title} lead={t.lead} />
      <CursorTable<SyncRun>
        pages={pages}
        rowKey="id"
        onOpen={({ id }) => void go(`/sync-runs/${id}`)}
        nothing={<Nothing title={t.none} hint={t.noneHint} />}
        filters={<DirectoryFilter value={directory} onChange={(chosen) => narrow({ directory: chosen })} />}
        columns={[
          {
            title: t.startedAt,
            key: "started_at",
            render: (_, run) => (
              <Link to={`/sync-runs/${run.id}`} onClick={(event) => event.stopPropagation()}>
                {timeText(run.started_at)}
              </Link>
            ),
          },
          { title: t.directory, dataIndex: "directory_name" },
          { title: t.mode, key: "mode", render: (_, run) => modeText(run) },
          { title: t.state, key: "state", render: (_, run) => <State run={run} /> },
          { title: t.changes, key: "changes", render: (_, run) => <Counts run={run} /> },
          { title: t.startedBy, dataIndex: "started_by", render: starter },
          { title: t.finishedAt, dataIndex: "finished_at", render: (at?: number) => <TimeText at={at} /> },
        ]}
      />
    </>
  );
}

function DirectoryFilter({ value, onChange }: { value?: string; onChange: (id: string | undefined) => void }) {
  const may = useMay();
  const { data } = useQuery({ ...directoriesQuery, enabled: may("directories:read") });
  return (
    <Select
      allowClear
      aria-label={t.directory}
      placeholder={t.allDirectories}
      style={{ width: 220 }}
      value={value}
      onChange={onChange}
      options={(data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}

/** Looked at again and again while it is under way. */
function State({ run }: { run: SyncRun }) {
  return isUnderWay(run.phase) ? <Live id={run.id} first={run} /> : <RunState run={run} />;
}

function Live({ id, first }: { id: string; first: SyncRun }) {
  const run = useRun(id).data ?? first;
  return isUnderWay(run.phase) ? <RunProgress run={run} size="small" /> : <RunState run={run} />;
}

function Counts({ run: { planned, done, failed } }: { run: SyncRun }) {
  return (
    <Flex gap={12} wrap>
      <span>{`${t.planned} ${planned}`}</span>
      {done > 0 && <span>{`${t.done} ${done}`}</span>}
      {failed > 0 && <Typography.Text type="danger">{`${t.failed} ${failed}`}</Typography.Text>}
    </Flex>
  );
}
