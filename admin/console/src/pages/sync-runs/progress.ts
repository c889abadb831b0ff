import type { SyncPhase, SyncRun } from "../../api/schema";

/** Whether something happens by itself. */
export function isUnderWay(phase: SyncPhase | undefined): boolean {
  return phase === "reading" || phase === "applying";
}

/** Whether another run of the directory has to wait for this one. */
export function isOpen(phase: SyncPhase | undefined): boolean {
  return isUnderWay(phase) || phase === "waiting";
}

/** How far a run is, of a hundred; absent where nobody can tell. */
export function percentOf(run: Pick<SyncRun, "phase" | "listed" | "known" | "planned" | "done" | "failed">) {
  if (run.phase === "reading") {
    // How many there are is known from the last time alone.
    return run.known > 0 ? Math.min(99, Math.floor((100 * run.listed) / run.known)) : undefined;
  }
  return run.planned > 0 ? Math.min(100, Math.floor((100 * (run.done + run.failed)) / run.planned)) : 100;
}

/** Whether there is anything that can be taken back. */
export function canBeUndone({ phase, mode, done }: Pick<SyncRun, "phase" | "mode" | "done">): boolean {
  return mode !== "undo" && done > 0 && (phase === "done" || phase === "dropped" || phase === "failed");
}
