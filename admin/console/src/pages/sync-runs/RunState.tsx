import { Progress, Tag, Typography } from "antd";

import type { SyncRun } from "../../api/schema";
import { isUnderWay, percentOf } from "./progress";
import { PHASE_COLOURS, PHASES, progress, t } from "./words";

/** Where a run stands, at a glance. */
export function RunState({ run: { phase, failed } }: { run: SyncRun }) {
  const isHalf = phase === "done" && failed > 0;
  return (
    <Tag color={isHalf ? "warning" : PHASE_COLOURS[phase]}>
      {PHASES[phase]}
      {isHalf && ` · ${t.failed} ${failed}`}
    </Tag>
  );
}

/** How far a run is that is under way; nothing for others. */
export function RunProgress({ run, size }: { run: SyncRun; size?: "small" }) {
  if (!isUnderWay(run.phase)) return null;
  const percent = percentOf(run);
  const text =
    run.phase === "reading" ? progress.reading(run.listed) : progress.applying(run.done + run.failed, run.planned);
  return (
    <div aria-live={size ? undefined : "polite"} style={{ minWidth: 160 }}>
      <Progress
        aria-label={text}
        percent={percent ?? 100}
        showInfo={percent !== undefined}
        status="active"
        size={size}
      />
      <Typography.Text type="secondary" style={size && { fontSize: 12 }}>
        {text}
      </Typography.Text>
    </div>
  );
}

/** What a run was begun for. */
export function modeText({ mode, trial }: Pick<SyncRun, "mode" | "trial">): string {
  if (mode === "undo") return t.undo;
  if (mode === "push") return t.push;
  if (mode === "changes") return t.followed;
  return trial ? t.trial : t.full;
}
