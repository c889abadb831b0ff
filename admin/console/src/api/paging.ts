import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

type Listing<T> = {
  items: T[];
  next?: string | null;
  /** Where a search stopped looking for now: with few rows, or none, there may be more beyond. */
  searched_to?: number | null;
};

export type Pages<T> = {
  items: T[];
  /** From 1. */
  page: number;
  /** Milliseconds since 1970; up to where a log was searched, if not to its end. */
  searchedTo?: number;
  isLoading: boolean;
  error: unknown;
  forward?: () => void;
  back?: () => void;
  reload: () => void;
};

/**
 * Pages of a listing that goes on by a cursor. `key` names the listing with all that narrows it down:
 * when it changes, the first page is shown again.
 */
export function usePages<T>(
  key: readonly unknown[],
  fetch: (after: string | undefined) => Promise<Listing<T>>,
): Pages<T> {
  const identity = JSON.stringify(key);
  const [place, setPlace] = useState<{ identity: string; cursors: string[] }>({ identity, cursors: [] });
  const cursors = place.identity === identity ? place.cursors : [];
  const after = cursors.at(-1);
  const query = useQuery({
    queryKey: [...key, after ?? null],
    queryFn: () => fetch(after),
    placeholderData: keepPreviousData,
  });
  const next = query.data?.next;
  return {
    items: query.data?.items ?? [],
    page: cursors.length + 1,
    searchedTo: next ? (query.data?.searched_to ?? undefined) : undefined,
    isLoading: query.isFetching,
    error: query.error,
    forward: next ? () => setPlace({ identity, cursors: [...cursors, next] }) : undefined,
    back: cursors.length > 0 ? () => setPlace({ identity, cursors: cursors.slice(0, -1) }) : undefined,
    reload: () => void query.refetch(),
  };
}
