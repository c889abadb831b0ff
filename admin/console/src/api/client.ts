import createClient, { type FetchResponse } from "openapi-fetch";

import { language } from "../language/language";
import { Refusal } from "./problem";
import type { paths } from "./schema";
import { noteSignedOut } from "./signedOut";

/** The API, as its description has it. Wrap each call into [`told`] or [`versioned`]. */
export const api = createClient<paths>({
  baseUrl: "/api/v1",
  headers: { "Accept-Language": language, "X-Gatehouse-CSRF": "1" },
});

/** A thing with the version that a change of it names in If-Match. */
export type Versioned<T> = { value: T; etag: string };

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Call<D> = Promise<FetchResponse<any, any, any> & { data?: D }>;

async function answered<D>(call: Call<D>): Promise<{ data: D; response: Response }> {
  let outcome;
  try {
    outcome = await call;
  } catch {
    throw Refusal.unreachable();
  }
  const { data, error, response } = outcome;
  // Never by leaving the page: it may hold what somebody has typed, and polls run by themselves.
  noteSignedOut(response.status === 401);
  if (!response.ok) throw Refusal.of(response.status, error as never);
  return { data: data as D, response };
}

/** What the API answered; throws a Refusal otherwise. */
export async function told<D>(call: Call<D>): Promise<D> {
  return (await answered(call)).data;
}

/** As [`told`], with the version. */
export async function versioned<D>(call: Call<D>): Promise<Versioned<D>> {
  const { data, response } = await answered(call);
  return { value: data, etag: response.headers.get("etag") ?? "" };
}

/** As [`told`], with by how many milliseconds the server's clock is ahead of this one. */
export async function timed<D>(call: Call<D>): Promise<{ value: D; ahead: number }> {
  const { data, response } = await answered(call);
  const there = Date.parse(response.headers.get("date") ?? "");
  return { value: data, ahead: Number.isNaN(there) ? 0 : there - Date.now() };
}
