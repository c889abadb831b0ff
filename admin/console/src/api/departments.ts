import { useQueries, useQuery } from "@tanstack/react-query";

import { api, told } from "./client";
import type { Department } from "./schema";

/** What the API calls the level that is below no department. */
export const TOP = "top";

/** All departments directly below one, in their order. */
async function below(parent: string): Promise<Department[]> {
  const found: Department[] = [];
  let after: string | undefined;
  do {
    const query = { parent, after, limit: 1000 };
    const page = await told(api.GET("/departments", { params: { query } }));
    found.push(...page.items);
    after = page.next ?? undefined;
  } while (after);
  return found;
}

/** The levels of the tree that are open, each by the department above it. */
export function useDepartmentLevels(open: readonly string[]): ReadonlyMap<string, Department[]> {
  const parents = [TOP, ...open];
  return useQueries({
    queries: parents.map((parent) => ({
      queryKey: ["departments", "below", parent],
      queryFn: () => below(parent),
    })),
    combine: (levels) => new Map(parents.map((parent, index) => [parent, levels[index]?.data ?? []])),
  });
}

/** Departments by a part of their name. */
export function useFoundDepartments(search: string) {
  return useQuery({
    queryKey: ["departments", "search", search],
    queryFn: () => told(api.GET("/departments", { params: { query: { search: search || undefined, limit: 50 } } })),
  });
}

/** Departments by their ids; those that are not there yet, or no longer, are left out. */
export function useDepartments(ids: readonly string[]): Department[] {
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: ["departments", id],
      queryFn: () => told(api.GET("/departments/{id}", { params: { path: { id } } })),
      staleTime: 60_000,
    })),
    combine: (found) => found.flatMap(({ data }) => data ?? []),
  });
}

/** The names from the top of the tree down to a department. */
export function pathText({ path, name }: Department): string {
  return [...path.map((above) => above.name), name].join(" / ");
}
