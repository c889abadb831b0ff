import { useSearchParams } from "react-router";

import type { Role } from "../../api/schema";
import type { Status } from "./words";

/** What the page shows; kept in its address, so that it can be sent to somebody and come back to. */
export type View = {
  department?: string;
  search?: string;
  status?: Status;
  role?: Role;
  /** Whose drawer is open. */
  member?: string;
};

const KEYS = ["department", "search", "status", "role", "member"] as const;

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
