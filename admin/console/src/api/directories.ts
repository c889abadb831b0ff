import { queryOptions } from "@tanstack/react-query";

import { api, told, versioned } from "./client";
import type { Directory, DirectoryDraft } from "./schema";

/** All that are connected; there are few. */
export const directoriesQuery = queryOptions({
  queryKey: ["directories", "all"],
  queryFn: () => told(api.GET("/directories")),
});

export function readDirectory(id: string) {
  return versioned(api.GET("/directories/{id}", { params: { path: { id } } }));
}

/** What can be changed of one; its secret stays as it is. */
export function draftOf({ name, used_for, enabled, source, organisation, sign_in }: Directory): DirectoryDraft {
  return { name, used_for, enabled, source, organisation, sign_in };
}

/** Has a directory used from now on, or no longer, whatever else is set. */
export async function setEnabled(id: string, enabled: boolean): Promise<void> {
  const { value, etag } = await readDirectory(id);
  if (value.enabled === enabled) return;
  const params = { path: { id }, header: { "If-Match": etag } };
  await told(api.PUT("/directories/{id}", { params, body: { ...draftOf(value), enabled } }));
}
