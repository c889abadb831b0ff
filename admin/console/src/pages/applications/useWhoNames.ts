import { useQueries, useQuery } from "@tanstack/react-query";

import { api, told } from "../../api/client";
import { useDepartments } from "../../api/departments";
import type { Who } from "../../api/schema";
import { roleName } from "../../parts/roles";

type Named = Extract<Who, { id: string }>;

/** The names of those of whom a rule speaks by their ids. */
export function useWhoNames(who: readonly Who[]): (one: Named) => string {
  const named = who.filter((one): one is Named => "id" in one);
  const has = (kind: Who["kind"]) => named.some((one) => one.kind === kind);
  const { data: groups } = useQuery({
    queryKey: ["groups", "all"],
    queryFn: () => told(api.GET("/groups", { params: { query: { limit: 1000 } } })),
    enabled: has("group"),
  });
  const departments = useDepartments(named.filter(({ kind }) => kind === "department").map(({ id }) => id));
  const people = useQueries({
    queries: named
      .filter(({ kind }) => kind === "person")
      .map(({ id }) => ({
        queryKey: ["members", id, "name"],
        queryFn: () => told(api.GET("/members/{id}", { params: { path: { id } } })),
        staleTime: 60_000,
      })),
  });
  return (one) => {
    switch (one.kind) {
      case "group":
        return groups?.items.find(({ id }) => id === one.id)?.name ?? one.id;
      case "department":
        return departments.find(({ id }) => id === one.id)?.name ?? one.id;
      case "person":
        return people.find(({ data }) => data?.id === one.id)?.data?.display_name ?? one.id;
      case "role":
        return roleName(one.id);
    }
  };
}
