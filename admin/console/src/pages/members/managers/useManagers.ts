import { useQuery } from "@tanstack/react-query";

import { api, told } from "../../../api/client";
import type { Managers } from "../../../api/schema";

/** A department, or a person. */
export type Managed = { kind: "department" | "member"; id: string; name: string };

const paths = ({ id }: Managed) => ({ params: { path: { id } } });

/** Who heads a department, or to whom somebody reports. */
export function useManagers(of: Managed) {
  const read = (): Promise<Managers> =>
    of.kind === "department"
      ? told(api.GET("/departments/{id}/managers", paths(of)))
      : told(api.GET("/members/{id}/manager", paths(of)));
  return useQuery({ queryKey: ["managers", of.kind, of.id], queryFn: read });
}

/** Says who that is from now on. */
export function sendManagers(of: Managed, managers: string[]): Promise<unknown> {
  const sent = { ...paths(of), body: { managers } };
  return of.kind === "department"
    ? told(api.PUT("/departments/{id}/managers", sent))
    : told(api.PUT("/members/{id}/manager", sent));
}
