import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, told } from "../../../api/client";
import { filterOf, type View } from "../view";

/** How many a list shows, all its pages together. */
export function useMemberCount(view: View) {
  const query = filterOf(view);
  const { data } = useQuery({
    queryKey: ["members", "count", query],
    queryFn: () => told(api.GET("/member-count", { params: { query } })),
    placeholderData: keepPreviousData,
  });
  return data;
}
