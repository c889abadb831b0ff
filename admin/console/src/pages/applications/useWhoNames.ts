import { useQueries } from "@tanstack/react-query";

import { api, told } from "../../api/client";
import { useDepartments } from "../../api/departments";
import { memberQuery } from "../../api/members";
import type { Who } from "../../api/schema";
import { roleName } from "../../parts/roles";

type Named = Extract<Who, { id: string }>;

/** The names of those of whom a rule speaks by their ids. */
export function useWhoNames(who: readonly Who[]): (one: Named) => string {
  const named = who.filter((one): one is Named => "id" in one);
  const idsOf = (wanted: Who["kind"]) => named.filter(({ kind }) => kind === wanted).map(({ id }) => id);
  const departments = useDepartments(idsOf("department"));
  const people = useQueries({ queries: idsOf("person").map(memberQuery) });
  const groups = useQueries({
    queries: idsOf("group").map((id) => ({
      queryKey: ["groups", "name", id],
      queryFn: () => told(api.GET("/groups/{id}", { params: { path: { id } } })),
      staleTime: 60_000,
    })),
  });
  return (one) => {
    switch (one.kind) {
      case "group":
        return groups.find(({ data }) => data?.id === one.id)?.data?.name ?? one.id;
      case "department":
        return departments.find(({ id }) => id === one.id)?.name ?? one.id;
      case "person":
        return people.find(({ data }) => data?.id === one.id)?.data?.display_name ?? one.id;
      case "role":
        return roleName(one.id);
    }
  };
}
