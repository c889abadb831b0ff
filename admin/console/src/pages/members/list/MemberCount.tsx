import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Typography } from "antd";

import { api, told } from "../../../api/client";
import { language } from "../../../language/language";
import { texts } from "../../../language/texts";
import { filterOf, type View } from "../view";

const t = texts({
  people: (n: string) => [`${n} 人`, n === "1" ? "1 person" : `${n} people`],
  more: (n: string) => [`超过 ${n} 人`, `more than ${n} people`],
});

/** How many the list shows, all its pages together. */
export function MemberCount({ view }: { view: View }) {
  const query = filterOf(view);
  const { data } = useQuery({
    queryKey: ["members", "count", query],
    queryFn: () => told(api.GET("/member-count", { params: { query } })),
    placeholderData: keepPreviousData,
  });
  if (!data) return null;
  const n = data.count.toLocaleString(language);
  return (
    <Typography.Text type="secondary" aria-live="polite" style={{ fontSize: 14, fontWeight: "normal" }}>
      {data.more ? t.more(n) : t.people(n)}
    </Typography.Text>
  );
}
