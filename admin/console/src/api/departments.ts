import { queryOptions, useQueries, useQuery } from "@tanstack/react-query";

import { api, told } from "./client";
import type { Department } from "./schema";

function departmentQuery(id: string) {
  return queryOptions({
    queryKey: ["departments", "one", id],
    queryFn: () => told(api.GET("/departments/{id}", { params: { path: { id } } })),
    staleTime: 60_000,
  });
}

/** Departments by their ids; those that are not there yet, or no longer, are left out. */
export function useDepartments(ids: readonly string[]): Department[] {
  return useQueries({
    queries: ids.map(departmentQuery),
    combine: (found) => found.flatMap(({ data }) => data ?? []),
  });
}

/** Departments by a part of their name, once there is one. */
export function useFoundDepartments(search: string) {
  return useQuery({
    queryKey: ["departments", "search", search],
    queryFn: () => told(api.GET("/departments", { params: { query: { search, limit: 50 } } })),
    enabled: search !== "",
  });
}

/** The names from the top of the tree down to a department. */
export function pathText({ path, name }: Pick<Department, "path" | "name">): string {
  return [...path.map((above) => above.name), name].join(" / ");
}
