import { queryOptions } from "@tanstack/react-query";

import { api, told } from "./client";

/** Somebody of whom little more than the name is wanted. */
export function memberQuery(id: string) {
  return queryOptions({
    queryKey: ["members", id, "name"],
    queryFn: () => told(api.GET("/members/{id}", { params: { path: { id } } })),
    staleTime: 60_000,
  });
}
