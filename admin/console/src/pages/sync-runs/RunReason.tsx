import { Alert } from "antd";

import type { SyncRun } from "../../api/schema";
import { reasonText } from "./words";

/** Why a run waits, or failed. */
export function RunReason({ run: { phase, reason } }: { run: SyncRun }) {
  if (!reason) return null;
  return (
    <Alert
      type={phase === "failed" ? "error" : "warning"}
      showIcon
      title={<span style={{ overflowWrap: "anywhere" }}>{reasonText(reason)}</span>}
    />
  );
}
