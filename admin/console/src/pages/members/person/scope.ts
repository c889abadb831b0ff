import type { Assignment, Holding } from "../../../api/schema";

/** A role that somebody is to hold, and where; nobody has said yet where one that was just added holds. */
export type Chosen = { role: string; where?: "everywhere" | "within"; departments: string[] };

export function chosenOf({ role, within }: Holding): Chosen {
  return within
    ? { role, where: "within", departments: within.map(({ id }) => id) }
    : { role, where: "everywhere", departments: [] };
}

/** What the API is told; absent while it is not said where the role holds. An owner is one everywhere. */
export function assignmentOf({ role, where, departments }: Chosen): Assignment | undefined {
  if (role === "owner" || where === "everywhere") return { role };
  return where === "within" && departments.length > 0 ? { role, within: departments } : undefined;
}

/** Those roles that were confined and would hold everywhere. */
export function widened(held: readonly Holding[], next: readonly Assignment[]): Holding[] {
  return held.filter(({ role, within }) => within && next.some((one) => one.role === role && !one.within));
}
