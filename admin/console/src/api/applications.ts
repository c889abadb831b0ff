import { queryOptions } from "@tanstack/react-query";

import { api, told } from "./client";

/** An application of which little more than the name is wanted. */
export function applicationQuery(id: string) {
  return queryOptions({
    queryKey: ["applications", "name", id],
    queryFn: () => told(api.GET("/applications/{id}", { params: { path: { id } } })),
    staleTime: 60_000,
  });
}
