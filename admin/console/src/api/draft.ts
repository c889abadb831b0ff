import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { Versioned } from "./client";

/** What a form on a page begins with, and names in If-Match when it is sent: one pair. */
export type Draft<T> = Versioned<T> & {
  /** As it is now, whatever the form began with. */
  latest: Versioned<T>;
  /** Somebody has begun to fill in the form: it keeps what it began with. */
  touch: () => void;
  /** It was sent, or given up: the form begins again with what is there now. */
  renew: () => Promise<void>;
};

/**
 * Reads what a form on a page changes. What is read anew takes its place only as long as nobody has
 * touched the form: else what was typed would be lost, or would undo a change that nobody saw.
 */
export function useDraft<T>(queryKey: readonly unknown[], read: () => Promise<Versioned<T>>): Draft<T> {
  const queries = useQueryClient();
  const { data: latest } = useSuspenseQuery({ queryKey, queryFn: read });
  const [kept, keep] = useState(latest);
  const [isTouched, setTouched] = useState(false);
  if (!isTouched && latest.etag !== kept.etag) keep(latest);
  const renew = async () => {
    await queries.invalidateQueries();
    setTouched(false);
  };
  return { ...kept, latest, touch: () => setTouched(true), renew };
}
