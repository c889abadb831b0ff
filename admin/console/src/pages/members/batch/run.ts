import type { BatchResults } from "../../../api/schema";

/** So many at a time, so that progress can be seen and the rest be left. */
const AT_ONCE = 50;

export type Failure = { id: string; detail: string };
export type Outcome = { done: number; failures: Failure[] };

/**
 * Does something to many, some at a time, and tells how far it came after each part. Goes no further
 * once `isLeft` says so.
 */
export async function inParts(
  ids: readonly string[],
  send: (part: string[]) => Promise<BatchResults>,
  onProgress: (outcome: Outcome) => void,
  isLeft: () => boolean,
): Promise<Outcome> {
  let outcome: Outcome = { done: 0, failures: [] };
  for (let from = 0; from < ids.length && !isLeft(); from += AT_ONCE) {
    const { done, results } = await send(ids.slice(from, from + AT_ONCE));
    const failures = results.flatMap(({ id, problem }) =>
      problem ? [{ id, detail: problem.detail ?? problem.title }] : [],
    );
    outcome = { done: outcome.done + done, failures: [...outcome.failures, ...failures] };
    onProgress(outcome);
  }
  return outcome;
}
