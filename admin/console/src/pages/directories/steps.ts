import type { ComponentType } from "react";

import type { Directory, DirectoryDraft, Source, SyncRun } from "../../api/schema";

export type StepProps = {
  /** As it is kept, once it is. */
  directory?: Directory;
};

/** The same, where its id counts, which it has before it is kept. */
export type PageStepProps = StepProps & { id: string };

/** A part of a directory's settings: a step of setting one up. */
export type Step = {
  key: string;
  title: string;
  /** Fields that begin with one of these are here, dotted. */
  fields: string[];
  content: ComponentType<PageStepProps>;
};

/** All that the console knows of a kind of directory. What all kinds have in common comes after its steps. */
export type KindSetUp = {
  kind: Source["kind"];
  title: string;
  hint: string;
  /** Whether it tells that somebody has proven a second factor to it. */
  seesSecondFactor: boolean;
  /** Whether people sign in on a page of its own, rather than by its passwords on ours. */
  hasPage?: boolean;
  blank: () => DirectoryDraft;
  /** What is typed, as it is sent. */
  tidy: (draft: DirectoryDraft) => DirectoryDraft;
  /** The first of them asks for all without which it cannot be kept. */
  steps: Step[];
};

/** The step in which a field is, named as the form names it. */
export function stepOf(steps: readonly Pick<Step, "fields">[], field: readonly (string | number)[]): number {
  const dotted = field.join(".");
  const within = (prefix: string) => dotted === prefix || dotted.startsWith(`${prefix}.`);
  return steps.findIndex(({ fields }) => fields.some(within));
}

/** Whether setting it up is not over. Where it lets people in and that is all, it is once somebody came, on or off. */
export function isUnfinished({ used_for, enabled, synced_at, people }: Directory): boolean {
  return used_for === "sign_in" ? !enabled && people === 0 : !synced_at;
}

/**
 * The step at which setting one up goes on: at the run, where there is one to look at; else where this browser
 * left off; else after the first, without which it would not be kept. `count` is how many come before the run.
 */
export function resumeAt(latest: Pick<SyncRun, "phase"> | null, left: number | undefined, count: number): number {
  if (latest && latest.phase !== "dropped") return count;
  return left !== undefined && left > 0 && left <= count ? left : Math.min(1, count);
}

const KEPT = "gatehouse.directory-step.";

/** At which step this browser left off. */
export function leftAt(id: string): number | undefined {
  const kept = localStorage.getItem(`${KEPT}${id}`);
  return kept === null ? undefined : Number(kept);
}

/** Notes it; `undefined`: it is set up. */
export function leaveAt(id: string, step: number | undefined): void {
  if (step === undefined) localStorage.removeItem(`${KEPT}${id}`);
  else localStorage.setItem(`${KEPT}${id}`, String(step));
}
