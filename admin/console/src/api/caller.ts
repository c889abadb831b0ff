import { useSuspenseQuery } from "@tanstack/react-query";

import { api, told } from "./client";

/** Who uses the console, and what they may do there. */
export function useCaller() {
  const { data } = useSuspenseQuery({
    queryKey: ["me"],
    queryFn: () => told(api.GET("/me")),
    staleTime: Infinity,
  });
  return data;
}

/** Whether the caller may do something, named as in the description of the API: `members:read`. */
export function useMay(): (permission: string | undefined) => boolean {
  const { permissions } = useCaller();
  return (permission) => permission === undefined || permissions.includes(permission);
}

/** The same, where it takes that of all people and departments. */
export function useMayEverywhere(): (permission: string) => boolean {
  const { permissions_everywhere: permissions } = useCaller();
  return (permission) => permissions.includes(permission);
}
