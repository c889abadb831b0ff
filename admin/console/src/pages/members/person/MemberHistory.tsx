import { Tag } from "antd";

import { api, told } from "../../../api/client";
import { usePages } from "../../../api/paging";
import type { SignInEvent } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { CursorTable } from "../../../parts/CursorTable";
import { Nothing } from "../../../parts/Nothing";
import { TimeText } from "../../../parts/TimeText";
import { COLOURS, type Kind, KINDS, methodName, reasonName } from "../../sign-ins/kinds";

const t = texts({
  at: ["时间", "Time"],
  result: ["结果", "Result"],
  from: ["来源", "From"],
  none: ["还没有登录记录", "No sign-ins yet"],
});

/** What the sign-in log holds about somebody. */
export function MemberHistory({ id }: { id: string }) {
  const pages = usePages(["sign-ins", "of-member", id], (after) =>
    told(api.GET("/events/sign-ins", { params: { query: { member: id, after, limit: 20 } } })),
  );
  return (
    <CursorTable<SignInEvent>
      pages={pages}
      rowKey="id"
      size="small"
      nothing={<Nothing title={t.none} />}
      columns={[
        { title: t.at, dataIndex: "at", render: (at: number) => <TimeText at={at} /> },
        {
          title: t.result,
          key: "result",
          render: (_, { kind, reason, method }) => (
            <>
              <Tag color={COLOURS[kind]}>{KINDS[kind as Kind] ?? kind}</Tag>
              {reason ? reasonName(reason) : method && methodName(method)}
            </>
          ),
        },
        {
          title: t.from,
          key: "from",
          render: (_, { client_address, device }) => [device, client_address].filter(Boolean).join(" · "),
        },
      ]}
    />
  );
}
