import type { TableProps } from "antd";
import { useState } from "react";

import { api, told } from "../../../api/client";
import type { Member } from "../../../api/schema";
import type { Chosen } from "../batch/BatchDialog";
import { filterOf, type View } from "../view";

/** The API does no more than this many at once, and nobody looks through more. */
export const MOST_CHOSEN = 1000;

/** Who is ticked, on this page of the list and on others; forgotten when the list becomes another one. */
export function useSelection(view: View) {
  const query = filterOf(view);
  const identity = JSON.stringify(query);
  const [kept, setKept] = useState<{ identity: string; chosen: Chosen[] }>({ identity, chosen: [] });
  const chosen = kept.identity === identity ? kept.chosen : [];
  const choose = (chosen: Chosen[]) => setKept({ identity, chosen });

  const rowSelection: TableProps<Member>["rowSelection"] = {
    selectedRowKeys: chosen.map(({ id }) => id),
    preserveSelectedRowKeys: true,
    columnWidth: 44,
    onChange: (keys, rows) => {
      const names = new Map([...chosen, ...rows.filter(Boolean).map(asChosen)].map((one) => [one.id, one.name]));
      choose(keys.map((key) => ({ id: String(key), name: names.get(String(key)) ?? String(key) })));
    },
  };
  const chooseAll = async () => {
    const page = await told(api.GET("/members", { params: { query: { ...query, limit: MOST_CHOSEN } } }));
    choose(page.items.map(asChosen));
  };
  return { chosen, rowSelection, chooseAll, clear: () => choose([]) };
}

function asChosen({ id, display_name }: Member): Chosen {
  return { id, name: display_name };
}
