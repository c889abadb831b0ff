import { useQueries, useQuery } from "@tanstack/react-query";
import type { SelectProps } from "antd";
import { useState } from "react";

import { type Call, told } from "../api/client";
import { useSettled } from "./useSettled";
import { withProblem } from "./withProblem";

type Option = { value: string; label: string; disabled?: boolean };

/** How things of a kind are asked for. */
type Kind<T> = {
  find: (search: string | undefined) => Call<{ items: T[] }>;
  read: (id: string) => Call<T>;
  option: (thing: T) => Option;
};

/** What a chooser needs to offer things of which there may be many: those that a search finds, and those chosen. */
export function useThings<T extends { id: string }>(
  kind: string,
  chosen: string | string[] | null | undefined,
  { find, read, option }: Kind<T>,
): Pick<SelectProps<string | string[], Option>, "showSearch" | "loading" | "options" | "popupRender"> {
  const [typed, setTyped] = useState("");
  const search = useSettled(typed.trim()) || undefined;
  const { data, error, isFetching } = useQuery({
    queryKey: [kind, "chooser", search],
    queryFn: () => told(find(search)),
  });
  const known = useQueries({
    queries: [chosen ?? []].flat().map((id) => ({
      queryKey: [kind, "name", id],
      queryFn: () => told(read(id)),
      staleTime: 60_000,
    })),
    combine: (found) => found.flatMap(({ data }) => data ?? []),
  });
  // What is chosen is in the list to have its name, and is seen there unless something else is looked for.
  const others = known.filter(({ id }) => !search && !data?.items.some((one) => one.id === id));
  return {
    showSearch: { filterOption: false, onSearch: setTyped },
    loading: isFetching,
    popupRender: (list) => withProblem(error, list),
    options: [...(data?.items ?? []), ...others].map(option),
  };
}
