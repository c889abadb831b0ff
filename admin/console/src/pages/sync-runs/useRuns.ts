import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { api, told } from "../../api/client";
import type { SyncPhase, SyncRun } from "../../api/schema";
import { isUnderWay } from "./progress";

/** How often one looks at a run that is under way, and whether another has begun. */
const [OFTEN, NOW_AND_THEN] = [2000, 30_000];

/** What is counted of a directory is read again when a run comes to another phase. */
function useFreshCounts(phase: SyncPhase | undefined) {
  const queries = useQueryClient();
  useEffect(() => {
    if (phase && !isUnderWay(phase)) void queries.invalidateQueries({ queryKey: ["directories"] });
  }, [phase, queries]);
}

export function useRun(id: string) {
  const query = useQuery({
    queryKey: ["sync-runs", "one", id],
    queryFn: () => told(api.GET("/sync-runs/{id}", { params: { path: { id } } })),
    refetchInterval: ({ state }) => (isUnderWay(state.data?.phase) ? OFTEN : false),
  });
  useFreshCounts(query.data?.phase);
  return query;
}

/** The run of a directory to be looked at: not over, else the newest, past what was pushed. Null: there is none. */
export function useLatestRun(directory: string, enabled = true) {
  const query = useQuery({
    queryKey: ["sync-runs", "latest", directory],
    queryFn: async (): Promise<SyncRun | null> => {
      const page = await told(api.GET("/sync-runs", { params: { query: { directory, latest: true } } }));
      return page.items[0] ?? null;
    },
    refetchInterval: ({ state }) => (isUnderWay(state.data?.phase) ? OFTEN : NOW_AND_THEN),
    enabled,
  });
  useFreshCounts(query.data?.phase);
  return query;
}
