import { useQueries, useQuery } from "@tanstack/react-query";
import { Select, type SelectProps } from "antd";
import { useState } from "react";

import { api, told } from "../api/client";
import { nameOf } from "../language/names";
import { useSettled } from "./useSettled";

type Option = { value: string; label: string };
type Props = Omit<SelectProps<string | string[], Option>, "options" | "onSearch" | "loading">;

/** People, found by what is typed. `known` are those that are chosen already, by their names. */
export function MemberChooser({ known = [], ...props }: Props & { known?: Option[] }) {
  const [typed, setTyped] = useState("");
  const search = useSettled(typed.trim());
  const { data, isFetching } = useQuery({
    queryKey: ["members", "chooser", search],
    queryFn: () => told(api.GET("/members", { params: { query: { search, limit: 20 } } })),
    enabled: search !== "",
  });
  const found = data?.items.map((m) => ({ value: m.id, label: `${m.display_name} (${m.username})` })) ?? known;
  return (
    <Select {...props} showSearch={{ filterOption: false, onSearch: setTyped }} loading={isFetching} options={found} />
  );
}

/** Groups, found by a part of their name. `byHand`: only such as people are put into. */
export function GroupChooser({ byHand, ...props }: Props & { byHand?: boolean }) {
  const [typed, setTyped] = useState("");
  const search = useSettled(typed.trim()) || undefined;
  const { data, isFetching } = useQuery({
    queryKey: ["groups", "chooser", search],
    queryFn: () => told(api.GET("/groups", { params: { query: { search, limit: 50 } } })),
  });
  const chosen = useQueries({
    queries: [props.value ?? []].flat().map((id) => ({
      queryKey: ["groups", "name", id],
      queryFn: () => told(api.GET("/groups/{id}", { params: { path: { id } } })),
      staleTime: 60_000,
    })),
    combine: (found) => found.flatMap(({ data }) => data ?? []),
  });
  // What is chosen is in the list to have its name, and is seen there unless something else is looked for.
  const others = chosen.filter(({ id }) => !search && !data?.items.some((group) => group.id === id));
  const options = [...(data?.items ?? []), ...others].map(({ id, name, rule }) => ({
    value: id,
    label: name,
    disabled: byHand && rule !== null && rule !== undefined,
  }));
  return (
    <Select
      {...props}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      loading={isFetching}
      options={options}
    />
  );
}

export function ApplicationChooser(props: Props) {
  const { data, isFetching } = useQuery({ queryKey: ["applications"], queryFn: () => told(api.GET("/applications")) });
  const options = data?.items.map((one) => ({ value: one.id, label: nameOf(one.name) || one.id }));
  return <Select {...props} showSearch={{ optionFilterProp: "label" }} loading={isFetching} options={options} />;
}

export function IpListChooser(props: Props) {
  const { data, isFetching } = useQuery({ queryKey: ["ip-lists"], queryFn: () => told(api.GET("/ip-lists")) });
  const options = data?.items.filter((list) => !list.everywhere).map((list) => ({ value: list.id, label: list.name }));
  return <Select {...props} showSearch={{ optionFilterProp: "label" }} loading={isFetching} options={options} />;
}
