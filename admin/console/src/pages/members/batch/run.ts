import { messageOf } from "../../../api/problem";
import type { BatchResults } from "../../../api/schema";

/** So many at a time, so that progress can be seen and the rest be left. */
const AT_ONCE = 50;

export type Failure = { id: string; detail: string };
export type Outcome = {
  done: number;
  failures: Failure[];
  /** Why it went no further, if it was not left. */
  problem?: string;
};

const NOTHING: Outcome = { done: 0, failures: [] };

/**
 * Does something to many, some at a time, and tells how far it came after each part. Goes no further
 * once `isLeft` says so, or a part fails; `before` is what an earlier run came to, from where it goes on.
 */
export async function inParts(
  ids: readonly string[],
  send: (part: string[]) => Promise<BatchResults>,
  onProgress: (outcome: Outcome) => void,
  isLeft: () => boolean,
  before: Outcome = NOTHING,
): Promise<Outcome> {
  let outcome: Outcome = { done: before.done, failures: before.failures };
  for (let from = triedOf(outcome); from < ids.length && !isLeft(); from += AT_ONCE) {
    try {
      const { done, results } = await send(ids.slice(from, from + AT_ONCE));
      const failures = results.flatMap(({ id, problem }) =>
        problem ? [{ id, detail: problem.detail ?? problem.title }] : [],
      );
      outcome = { done: outcome.done + done, failures: [...outcome.failures, ...failures] };
    } catch (thrown) {
      return { ...outcome, problem: messageOf(thrown) };
    }
    onProgress(outcome);
  }
  return outcome;
}

/** How many have had their turn. */
export function triedOf({ done, failures }: Outcome): number {
  return done + failures.length;
}
