import { describe, expect, test } from "vitest";

import { makeOnce } from "./once";

const sent: string[] = [];
const arrives = (header: { "Idempotency-Key": string }) => Promise.resolve(sent.push(header["Idempotency-Key"]));
const isLost = async (header: { "Idempotency-Key": string }) => {
  await arrives(header);
  throw new Error("no answer");
};

describe("a submission", () => {
  test("keeps its name until it has been answered", async () => {
    const once = makeOnce();
    await expect(once({ name: "a" }, isLost)).rejects.toThrow("no answer");
    await once({ name: "a" }, arrives);
    await once({ name: "a" }, arrives);
    const [lost, again, another] = sent.splice(0);
    expect(again).toBe(lost);
    expect(another).not.toBe(lost);
  });

  test("has another name when it says something else", async () => {
    const once = makeOnce();
    await expect(once({ name: "a" }, isLost)).rejects.toThrow("no answer");
    await once({ name: "b" }, arrives);
    const [lost, other] = sent.splice(0);
    expect(other).not.toBe(lost);
  });
});
