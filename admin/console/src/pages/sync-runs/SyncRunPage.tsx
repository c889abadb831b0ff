import { Button, Card, Descriptions, Flex, Grid } from "antd";
import type { ReactNode } from "react";
import { Link, useParams } from "react-router";

import { useMay } from "../../api/caller";
import type { SyncRun } from "../../api/schema";
import { Failed } from "../../parts/Failed";
import { Loading } from "../../parts/Loading";
import { useFilter } from "../../parts/log/useFilter";
import { PageHeader } from "../../parts/PageHeader";
import { TimeText, timeText } from "../../parts/TimeText";
import { type ChangeFilter, Changes } from "./Changes";
import { canBeUndone, isOpen } from "./progress";
import { modeText, RunProgress, RunState } from "./RunState";
import { RunReason } from "./RunReason";
import { Tally } from "./Tally";
import { deedWords, useRunDeeds } from "./useRunDeeds";
import { useRun } from "./useRuns";
import { starter, t } from "./words";

/** One run: how far it is, what it changes, and what can be decided about it. */
export default function SyncRunPage() {
  const { id = "" } = useParams();
  const [filter, narrow] = useFilter<ChangeFilter>();
  const { data: run, error, refetch } = useRun(id);
  const back = { to: "/sync-runs", title: t.title };
  if (!run) {
    return (
      <>
        <PageHeader title={t.title} back={back} />
        {error ? <Failed error={error} onRetry={() => void refetch()} /> : <Loading />}
      </>
    );
  }
  return (
    <>
      <PageHeader title={`${run.directory_name} · ${modeText(run)}`} lead={timeText(run.started_at)} back={back}>
        <RunButtons run={run} />
      </PageHeader>
      <Flex vertical gap={16}>
        <RunReason run={run} />
        <Card>
          <RunProgress run={run} />
          <Facts run={run} />
        </Card>
        <Tally run={run} narrow={narrow} />
        <Changes run={run} filter={filter} narrow={narrow} />
      </Flex>
    </>
  );
}

function Facts({ run }: { run: SyncRun }) {
  const may = useMay();
  const isWide = Grid.useBreakpoint().md ?? true;
  const facts: [string, ReactNode][] = [
    [t.state, <RunState key="state" run={run} />],
    [
      t.directory,
      may("directories:read") ? (
        <Link to={`/directories/${run.directory}`}>{run.directory_name}</Link>
      ) : (
        run.directory_name
      ),
    ],
    [t.startedBy, starter(run.started_by)],
    [t.startedAt, <TimeText key="at" at={run.started_at} />],
    [t.finishedAt, <TimeText key="end" at={run.finished_at} />],
    [t.listed, run.listed],
    [t.known, run.known],
    [t.planned, run.planned],
    [t.done, run.done],
    [t.failed, run.failed],
  ];
  if (run.undoes)
    facts.push([
      t.undoes,
      <Link key="undoes" to={`/sync-runs/${run.undoes}`}>
        {t.full}
      </Link>,
    ]);
  return (
    <Descriptions
      column={isWide ? 3 : 1}
      size="small"
      items={facts.map(([label, children]) => ({ key: label, label, children }))}
    />
  );
}

/** What can be decided about a run as it stands. */
function RunButtons({ run }: { run: SyncRun }) {
  const may = useMay();
  const deeds = useRunDeeds();
  if (!may("sync_runs:change")) return null;
  return (
    <>
      {isOpen(run.phase) && (
        <Button danger onClick={() => deeds.drop(run)}>
          {deedWords.drop}
        </Button>
      )}
      {run.phase === "waiting" && (
        <Button type="primary" onClick={() => void deeds.goOn(run)}>
          {deedWords.goOn}
        </Button>
      )}
      {canBeUndone(run) && (
        <Button danger onClick={() => deeds.undo(run)}>
          {deedWords.undo}
        </Button>
      )}
    </>
  );
}
