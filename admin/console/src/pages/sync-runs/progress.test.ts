import { expect, test } from "vitest";

import type { SyncRun } from "../../api/schema";
import { canBeUndone, isOpen, isUnderWay, percentOf } from "./progress";

const run = (more: Partial<SyncRun>) =>
  ({ phase: "reading", mode: "full", listed: 0, known: 0, planned: 0, done: 0, failed: 0, ...more }) as SyncRun;

test("reading is measured by how many there were before, and never says that it is over", () => {
  expect(percentOf(run({ listed: 50, known: 200 }))).toBe(25);
  expect(percentOf(run({ listed: 500, known: 200 }))).toBe(99);
  expect(percentOf(run({ listed: 50 }))).toBeUndefined();
});

test("applying counts what was made and what could not be", () => {
  expect(percentOf(run({ phase: "applying", planned: 8, done: 1, failed: 1 }))).toBe(25);
  expect(percentOf(run({ phase: "applying" }))).toBe(100);
});

test("a run that waits holds up the next one, but nothing happens by itself", () => {
  expect([isOpen("waiting"), isUnderWay("waiting")]).toEqual([true, false]);
  expect([isOpen("reading"), isUnderWay("applying")]).toEqual([true, true]);
  expect(isOpen("done")).toBe(false);
  expect(isOpen(undefined)).toBe(false);
});

test("what has changed nothing, is not over, or took something back itself cannot be taken back", () => {
  expect(canBeUndone(run({ phase: "done", done: 3 }))).toBe(true);
  expect(canBeUndone(run({ phase: "dropped", done: 1 }))).toBe(true);
  expect(canBeUndone(run({ phase: "done" }))).toBe(false);
  expect(canBeUndone(run({ phase: "applying", done: 3 }))).toBe(false);
  expect(canBeUndone(run({ phase: "undone", done: 3 }))).toBe(false);
  expect(canBeUndone(run({ phase: "done", mode: "undo", done: 3 }))).toBe(false);
});
