import { useQuery } from "@tanstack/react-query";
import { Select, type SelectProps } from "antd";
import { useState } from "react";

import { api, told } from "../api/client";
import { nameOf } from "../language/names";
import { useSettled } from "./useSettled";
import { useThings } from "./useThings";
import { withProblem } from "./withProblem";

type Option = { value: string; label: string };
type Props = Omit<SelectProps<string | string[], Option>, "options" | "onSearch" | "loading">;

/** People, found by what is typed. `known` are those that are chosen already, by their names. */
export function MemberChooser({ known = [], ...props }: Props & { known?: Option[] }) {
  const [typed, setTyped] = useState("");
  const search = useSettled(typed.trim());
  const { data, error, isFetching } = useQuery({
    queryKey: ["members", "chooser", search],
    queryFn: () => told(api.GET("/members", { params: { query: { search, limit: 20 } } })),
    enabled: search !== "",
  });
  const found = data?.items.map((m) => ({ value: m.id, label: `${m.display_name} (${m.username})` })) ?? known;
  return (
    <Select
      {...props}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      loading={isFetching}
      popupRender={(list) => <>{withProblem(error, list)}</>}
      options={found}
    />
  );
}

/** Groups, found by a part of their name. `byHand`: only such as people are put into. */
export function GroupChooser({ byHand, ...props }: Props & { byHand?: boolean }) {
  const chooser = useThings("groups", props.value, {
    find: (search) => api.GET("/groups", { params: { query: { search, limit: 50 } } }),
    read: (id) => api.GET("/groups/{id}", { params: { path: { id } } }),
    option: ({ id, name, rule }) => ({
      value: id,
      label: name,
      disabled: byHand && rule !== null && rule !== undefined,
    }),
  });
  return <Select {...props} {...chooser} />;
}

/** Applications, found by a part of their name or of a host. */
export function ApplicationChooser(props: Props) {
  const chooser = useThings("applications", props.value, {
    find: (search) => api.GET("/applications", { params: { query: { search, limit: 50 } } }),
    read: (id) => api.GET("/applications/{id}", { params: { path: { id } } }),
    option: ({ id, name }) => ({ value: id, label: nameOf(name) || id }),
  });
  return <Select {...props} {...chooser} />;
}

/** IP lists that hold for the applications that choose them, found by a part of their name. */
export function IpListChooser(props: Props) {
  const chooser = useThings("ip-lists", props.value, {
    find: (search) => api.GET("/ip-lists", { params: { query: { search, everywhere: false, limit: 50 } } }),
    read: (id) => api.GET("/ip-lists/{id}", { params: { path: { id } } }),
    option: ({ id, name }) => ({ value: id, label: name }),
  });
  return <Select {...props} {...chooser} />;
}
