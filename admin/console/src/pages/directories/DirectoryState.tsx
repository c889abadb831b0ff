import { Flex, Tag } from "antd";
import { Link } from "react-router";

import { useMay } from "../../api/caller";
import type { Directory } from "../../api/schema";
import { isUnderWay } from "../sync-runs/progress";
import { RunProgress } from "../sync-runs/RunState";
import { useLatestRun } from "../sync-runs/useRuns";
import { isUnfinished } from "./steps";
import { t } from "./words";

/** Whether a directory is used, and what happens with it just now. */
export function DirectoryState({ directory }: { directory: Directory }) {
  const maySee = useMay()("sync_runs:read");
  const { data: run } = useLatestRun(directory.id, maySee);
  const isNew = isUnfinished(directory);
  return (
    <Flex vertical gap={4} align="flex-start" justify="center">
      <Flex gap={4} wrap>
        <Tag color={directory.enabled ? "success" : "default"}>{directory.enabled ? t.on : t.off}</Tag>
        {isNew && <Tag color="blue">{t.unfinished}</Tag>}
        {run?.phase === "waiting" && (
          <Link to={`/sync-runs/${run.id}`}>
            <Tag color="warning">{t.waiting}</Tag>
          </Link>
        )}
        {run?.phase === "failed" && (
          <Link to={`/sync-runs/${run.id}`}>
            <Tag color="error">{t.lastFailed}</Tag>
          </Link>
        )}
      </Flex>
      {run && isUnderWay(run.phase) && <RunProgress run={run} size="small" />}
    </Flex>
  );
}
