import { api, told } from "../../api/client";
import type { IpEntry } from "../../api/schema";

const DAY = 86_400_000;

/** An entry as it is pasted: the end of a day in UTC is written as that day, any other end as a moment. */
export function lineOf({ range, expires_at, note }: IpEntry): string {
  const until = expires_at ? `until=${endOf(expires_at)}` : "";
  return [range, until, note ? `# ${note}` : ""].filter(Boolean).join(" ");
}

function endOf(at: number): string {
  return at % DAY === 0 ? new Date(at - DAY).toISOString().slice(0, 10) : new Date(at).toISOString();
}

/** All entries of a list as a text that can be edited and pasted again. */
export async function textOf(id: string): Promise<string> {
  const lines: string[] = [];
  let after: string | undefined;
  do {
    const params = { path: { id }, query: { after, limit: 1000 } };
    const { items, next } = await told(api.GET("/ip-lists/{id}/entries", { params }));
    lines.push(...items.map(lineOf));
    after = next ?? undefined;
  } while (after);
  return lines.map((line) => `${line}\n`).join("");
}
