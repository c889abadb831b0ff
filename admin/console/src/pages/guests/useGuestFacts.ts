import { useSuspenseQuery } from "@tanstack/react-query";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import type { GuestPage, GuestState } from "../../api/schema";

export type GuestQuery = {
  search?: string;
  state?: GuestState;
  group?: string;
  expires_before?: number;
  after?: string;
  limit?: number;
};

/** All guests, for whoever may see them; for others those for whom they answer. */
export function useGuestPage(): (query: GuestQuery) => Promise<GuestPage> {
  const isForAll = useMay()("guests:read");
  return (query) => {
    const params = { query };
    return told(isForAll ? api.GET("/guests", { params }) : api.GET("/sponsored-guests", { params }));
  };
}

/** How many places there are, and which groups. */
export function useGuestFacts(): GuestPage {
  const fetch = useGuestPage();
  const { data } = useSuspenseQuery({ queryKey: ["guests", "facts"], queryFn: () => fetch({ limit: 1 }) });
  return data;
}
