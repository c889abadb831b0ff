import type { FieldProblem, Problem } from "./schema";
import { texts } from "../language/texts";

const t = texts({
  allowed: (detail: string, allowed: string) => [`${detail}（应为：${allowed}）`, `${detail} (allowed: ${allowed})`],
  unreachable: [
    "无法连接到服务器，请检查网络后重试。",
    "The server cannot be reached. Check the network and try again.",
  ],
  odd: ["服务器给出了无法理解的回答。", "The server gave an answer that makes no sense."],
});

/** The API said no, or nothing. The message is for people, in their language. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** What is wrong with which field, if that is it. */
    readonly fields: readonly FieldProblem[] = [],
  ) {
    super(message);
  }

  static of(status: number, problem: Partial<Problem> | undefined): Refusal {
    if (!problem?.title) return new Refusal(status, "odd", t.odd);
    const { title, code, detail, field, allowed, problems } = problem;
    const one = field ? [{ field, detail: detail ?? title, allowed: allowed ?? "" }] : [];
    const fields = problems?.length ? problems : one;
    return new Refusal(status, code ?? "odd", detail ? `${title}: ${detail}` : title, fields);
  }

  static unreachable(): Refusal {
    return new Refusal(0, "unreachable", t.unreachable);
  }

  /** Somebody else changed the thing in the meantime. */
  get isStale(): boolean {
    return this.status === 412;
  }
}

/** What is wrong with each field, or what to tell where it is about none. */
export function reasonsOf(thrown: unknown): string[] {
  const fields = thrown instanceof Refusal ? thrown.fields : [];
  return fields.length > 0 ? fields.map(reasonOf) : [messageOf(thrown)];
}

/** What is wrong with a field, and what would be right. */
export function reasonOf({ detail, allowed }: FieldProblem): string {
  return allowed ? t.allowed(detail, allowed) : detail;
}

/** What to tell of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
