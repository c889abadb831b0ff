import { afterEach, expect, test, vi } from "vitest";

import { told } from "./client";
import { noteSignedOut } from "./signedOut";

const answer = (status: number) => Promise.resolve({ data: {}, response: new Response(null, { status }) } as never);
const reload = vi.fn();
vi.stubGlobal("location", { reload });

afterEach(() => noteSignedOut(false));

test("an answer to nobody is a refusal, and never takes the page away", async () => {
  await expect(told(answer(401))).rejects.toMatchObject({ status: 401 });
  expect(reload).not.toHaveBeenCalled();
});
