import { useSearchParams } from "react-router";

import type { PrincipalKind } from "../../api/schema";
import type { Status } from "./words";

export type Sort = "display_name" | "created_at";

/** What the page shows; kept in its address, so that it can be sent to somebody and come back to. */
export type View = {
  department?: string;
  /** Only those directly in the department. */
  direct?: "1";
  search?: string;
  status?: Status;
  kind?: PrincipalKind;
  role?: string;
  group?: string;
  sort?: Sort;
  order?: "descending";
  /** Whose drawer is open. */
  member?: string;
};

const KEYS = ["department", "direct", "search", "status", "kind", "role", "group", "sort", "order", "member"] as const;

export function useView(): [View, (change: View) => void] {
  const [params, setParams] = useSearchParams();
  const view = Object.fromEntries(KEYS.flatMap((key) => (params.get(key) ? [[key, params.get(key)]] : []))) as View;
  const change = (change: View) => {
    // What is opened can be left by the browser's way back; what narrows a list is not a place of its own.
    const replace = !("member" in change) && !("department" in change);
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [key, value] of Object.entries(change)) {
          if (value) next.set(key, value);
          else next.delete(key);
        }
        return next;
      },
      { replace },
    );
  };
  return [view, change];
}

/** The view as the API is asked for it. */
export function filterOf({ department, direct, search, status, kind, role, group }: View) {
  return { department, below: department && !direct ? true : undefined, search, status, kind, role, group };
}

export const WIDE: View = { search: undefined, status: undefined, kind: undefined, role: undefined, group: undefined };

/** Whether anything but the department narrows the list. */
export function isNarrow(view: View): boolean {
  return Object.keys(WIDE).some((key) => view[key as keyof View]);
}
