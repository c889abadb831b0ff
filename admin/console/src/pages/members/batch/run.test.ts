import { expect, test } from "vitest";

import type { BatchResults } from "../../../api/schema";
import { inParts, type Outcome } from "./run";

const ids = Array.from({ length: 120 }, (_, n) => `m${n}`);

const allDone = (part: string[]): Promise<BatchResults> =>
  Promise.resolve({ done: part.length, failed: 0, results: part.map((id) => ({ id })) });

test("many are done in parts, and each part is told of", async () => {
  const sizes: number[] = [];
  const seen: Outcome[] = [];
  const send = (part: string[]) => {
    sizes.push(part.length);
    return allDone(part);
  };
  const outcome = await inParts(
    ids,
    send,
    (outcome) => seen.push(outcome),
    () => false,
  );
  expect(sizes).toEqual([50, 50, 20]);
  expect(seen.map(({ done }) => done)).toEqual([50, 100, 120]);
  expect(outcome).toEqual({ done: 120, failures: [] });
});

test("what was left is not begun", async () => {
  let parts = 0;
  const outcome = await inParts(
    ids,
    allDone,
    () => (parts += 1),
    () => parts === 1,
  );
  expect(outcome.done).toBe(50);
});

test("who could not be done is told of, with the reason", async () => {
  const problem = { type: "about:blank", title: "Conflict", status: 409, code: "conflict", detail: "still active" };
  const send = (part: string[]): Promise<BatchResults> =>
    Promise.resolve({
      done: part.length - 1,
      failed: 1,
      results: part.map((id, at) => (at === 0 ? { id, problem } : { id })),
    });
  const outcome = await inParts(
    ["a", "b"],
    send,
    () => undefined,
    () => false,
  );
  expect(outcome).toEqual({ done: 1, failures: [{ id: "a", detail: "still active" }] });
});

test("what was done before a part failed is told with the reason, and is not done again", async () => {
  const sent: string[][] = [];
  const never = () => false;
  const send = (part: string[]) => {
    sent.push(part);
    return sent.length === 2 ? Promise.reject(new Error("the store is away")) : allDone(part);
  };
  const outcome = await inParts(ids, send, () => undefined, never);
  expect(outcome).toEqual({ done: 50, failures: [], problem: "the store is away" });
  const rest = await inParts(ids, send, () => undefined, never, outcome);
  expect(rest).toEqual({ done: 120, failures: [] });
  expect(sent.map((part) => part[0])).toEqual(["m0", "m50", "m50", "m100"]);
});
