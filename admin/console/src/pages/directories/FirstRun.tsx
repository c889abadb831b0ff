import { Alert, Button, Flex, Result, Typography } from "antd";
import { useEffect, useState } from "react";
import { useNavigate } from "react-router";

import { useMay } from "../../api/caller";
import type { Directory, SyncRun } from "../../api/schema";
import { texts } from "../../language/texts";
import { Failed } from "../../parts/Failed";
import { Loading } from "../../parts/Loading";
import { type ChangeFilter, Changes } from "../sync-runs/Changes";
import { isUnderWay } from "../sync-runs/progress";
import { RunProgress } from "../sync-runs/RunState";
import { RunReason } from "../sync-runs/RunReason";
import { Tally } from "../sync-runs/Tally";
import { deedWords, useRunDeeds } from "../sync-runs/useRunDeeds";
import { useLatestRun, useRun } from "../sync-runs/useRuns";
import { leaveAt } from "./steps";

const t = texts({
  lead: [
    "首次同步先进行预览：读取目录并列出将要进行的更改，确认之前不会写入任何内容。",
    "The first run is a trial: the directory is read, and what would change is listed. Nothing is written until you say so.",
  ],
  begin: ["开始预览", "Begin the trial"],
  again: ["再次预览", "Try again"],
  waits: [
    "预览完成，尚未写入任何内容。请检查以下更改，然后确认执行，或放弃并修改设置。",
    "The trial is over, and nothing is written yet. Look at what would change, then go on, or drop it and change the settings.",
  ],
  change: ["放弃并修改设置", "Drop it and change the settings"],
  done: ["首次同步已完成", "The directory was taken over"],
  doneHint: (done: number, failed: number) => [
    `已完成 ${done} 项更改${failed > 0 ? `，${failed} 项未成功` : ""}。`,
    `${done} changes were made${failed > 0 ? `; ${failed} were not` : ""}.`,
  ],
  record: ["查看同步记录", "See the record"],
  conflicts: (n: number) => [`处理 ${n} 个冲突`, `Decide about ${n} conflicts`],
  finish: ["完成", "Finish"],
});

type Props = { directory: Directory; onChangeSettings: () => void };

/** The last step: a trial whose plan is shown, and taken over once somebody says so. */
export function FirstRun({ directory, onChangeSettings }: Props) {
  const { data: latest, error, refetch } = useLatestRun(directory.id);
  if (error && latest === undefined) return <Failed error={error} onRetry={() => void refetch()} />;
  if (latest === undefined) return <Loading />;
  if (!latest || latest.phase === "dropped" || latest.phase === "undone") return <Begin directory={directory} />;
  return <Run key={latest.id} directory={directory} id={latest.id} onChangeSettings={onChangeSettings} />;
}

function Begin({ directory, text = t.begin }: { directory: Directory; text?: string }) {
  const may = useMay();
  const { tryOut } = useRunDeeds();
  const [isBusy, setBusy] = useState(false);
  const begin = async () => {
    setBusy(true);
    await tryOut(directory.id);
    setBusy(false);
  };
  return (
    <Flex vertical gap={16} align="flex-start">
      <Typography.Text>{t.lead}</Typography.Text>
      {may("sync_runs:create") && (
        <Button type="primary" loading={isBusy} onClick={() => void begin()}>
          {text}
        </Button>
      )}
    </Flex>
  );
}

function Run({ directory, id, onChangeSettings }: Props & { id: string }) {
  const { data: run } = useRun(id);
  const [filter, setFilter] = useState<ChangeFilter>({});
  const narrow = (more: ChangeFilter) => setFilter((before) => ({ ...before, ...more }));
  if (!run) return <Loading />;
  if (run.phase === "done") return <Done directory={directory} run={run} />;
  return (
    <Flex vertical gap={16}>
      <RunProgress run={run} />
      <RunReason run={run} />
      {run.phase === "waiting" && <Decide run={run} onChangeSettings={onChangeSettings} />}
      {run.phase === "failed" && <Begin directory={directory} text={t.again} />}
      {!isUnderWay(run.phase) && run.phase !== "failed" && (
        <>
          <Tally run={run} narrow={narrow} />
          <Changes run={run} filter={filter} narrow={narrow} />
        </>
      )}
    </Flex>
  );
}

function Decide({ run, onChangeSettings }: { run: SyncRun; onChangeSettings: () => void }) {
  const may = useMay();
  const deeds = useRunDeeds();
  return (
    <>
      <Alert type="info" showIcon title={t.waits} />
      {may("sync_runs:change") && (
        <Flex gap={8} wrap>
          <Button onClick={() => deeds.drop(run, onChangeSettings)}>{t.change}</Button>
          <Button type="primary" onClick={() => void deeds.goOn(run)}>
            {deedWords.goOn}
          </Button>
        </Flex>
      )}
    </>
  );
}

function Done({ directory: { id, conflicts }, run }: { directory: Directory; run: SyncRun }) {
  const go = useNavigate();
  useEffect(() => leaveAt(id, undefined), [id]);
  return (
    <Result
      status={run.failed > 0 ? "warning" : "success"}
      title={t.done}
      subTitle={t.doneHint(run.done, run.failed)}
      extra={[
        <Button key="record" onClick={() => void go(`/sync-runs/${run.id}`)}>
          {t.record}
        </Button>,
        conflicts > 0 && (
          <Button key="conflicts" onClick={() => void go(`/directories/${id}/conflicts`)}>
            {t.conflicts(conflicts)}
          </Button>
        ),
        <Button key="finish" type="primary" onClick={() => void go("/directories")}>
          {t.finish}
        </Button>,
      ]}
    />
  );
}
