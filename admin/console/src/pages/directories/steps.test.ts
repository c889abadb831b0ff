import { expect, test } from "vitest";

import type { Directory, SyncRun } from "../../api/schema";
import { isUnfinished, resumeAt, stepOf } from "./steps";

const steps = [{ fields: ["name", "source.servers"] }, { fields: ["source.people"] }];

test("a field is found in its step, whatever is below it", () => {
  expect(stepOf(steps, ["source", "servers", 0])).toBe(0);
  expect(stepOf(steps, ["source", "people", "key"])).toBe(1);
  expect(stepOf(steps, ["source", "serversX"])).toBe(-1);
  expect(stepOf(steps, ["names"])).toBe(-1);
});

test("setting up goes on at the run, else where it was left, else after the first step", () => {
  const run = (phase: SyncRun["phase"]) => ({ phase });
  expect(resumeAt(run("waiting"), 1, 3)).toBe(3);
  expect(resumeAt(run("failed"), undefined, 3)).toBe(3);
  expect(resumeAt(run("dropped"), 2, 3)).toBe(2);
  expect(resumeAt(null, undefined, 3)).toBe(1);
  expect(resumeAt(null, 3, 3)).toBe(3);
  expect(resumeAt(null, 9, 3)).toBe(1);
  expect(resumeAt(null, Number.NaN, 3)).toBe(1);
});

test("one is set up once it was taken over, or lets people in where that is all", () => {
  const directory = (more: Partial<Directory>) =>
    ({ used_for: "both", enabled: false, people: 0, ...more }) as Directory;
  expect(isUnfinished(directory({}))).toBe(true);
  expect(isUnfinished(directory({ enabled: true }))).toBe(true);
  expect(isUnfinished(directory({ synced_at: 1 }))).toBe(false);
  expect(isUnfinished(directory({ used_for: "sign_in" }))).toBe(true);
  expect(isUnfinished(directory({ used_for: "sign_in", enabled: true }))).toBe(false);
  expect(isUnfinished(directory({ used_for: "sign_in", people: 1 }))).toBe(false);
});
