import { queryOptions, type QueryClient, useQueries, useQueryClient } from "@tanstack/react-query";

import { api, told } from "./client";
import type { Department } from "./schema";

/** What the API calls the level that is below no department. */
export const TOP = "top";

/** How many are read at once. */
const PAGE = 100;

/** The departments directly below one, in their order, as far as they have been asked for. */
export type Level = { items: Department[]; next?: string };

async function page(parent: string, after: string | undefined): Promise<Level> {
  const query = { parent, after, totals: true, limit: PAGE };
  const { items, next } = await told(api.GET("/departments", { params: { query } }));
  return { items, next: next ?? undefined };
}

/** All that is read of the tree. */
export const LEVELS = ["departments", "below"];

const keyOf = (parent: string) => [...LEVELS, parent];

/** When it is read again, as many are read as are shown. */
export function levelQuery(queries: QueryClient, parent: string) {
  return queryOptions({
    queryKey: keyOf(parent),
    queryFn: async () => {
      const shown = queries.getQueryData<Level>(keyOf(parent))?.items.length ?? 0;
      let level = await page(parent, undefined);
      while (level.next && level.items.length < shown) level = joined(level, await page(parent, level.next));
      return level;
    },
  });
}

/** The levels of the tree that are open, each by what is above it, as far as they have been read. */
export function useDepartmentLevels(open: readonly string[]): { levels: ReadonlyMap<string, Level>; error: unknown } {
  const queries = useQueryClient();
  const parents = [TOP, ...open];
  return useQueries({
    queries: parents.map((parent) => levelQuery(queries, parent)),
    combine: (found) => ({
      levels: new Map(parents.flatMap((parent, at) => (found[at]?.data ? [[parent, found[at].data] as const] : []))),
      error: found.find(({ error }) => error)?.error,
    }),
  });
}

/** Reads the next page of a level, too. */
export async function showMore(queries: QueryClient, parent: string): Promise<void> {
  const before = queries.getQueryData<Level>(keyOf(parent));
  if (!before?.next) return;
  const more = await page(parent, before.next);
  queries.setQueryData<Level>(keyOf(parent), (now) => (now && now.next === before.next ? joined(now, more) : now));
}

function joined(before: Level, more: Level): Level {
  return { items: [...before.items, ...more.items], next: more.next };
}
