import { Typography } from "antd";

import { language } from "../../../language/language";
import { texts } from "../../../language/texts";
import type { View } from "../view";
import { useMemberCount } from "./count";

const t = texts({
  people: (n: string) => [`${n} 人`, n === "1" ? "1 person" : `${n} people`],
  more: (n: string) => [`超过 ${n} 人`, `more than ${n} people`],
});

/** How many the list shows. */
export function MemberCount({ view }: { view: View }) {
  const found = useMemberCount(view);
  if (!found) return null;
  const n = found.count.toLocaleString(language);
  return (
    <Typography.Text type="secondary" aria-live="polite" style={{ fontSize: 14, fontWeight: "normal" }}>
      {found.more ? t.more(n) : t.people(n)}
    </Typography.Text>
  );
}
