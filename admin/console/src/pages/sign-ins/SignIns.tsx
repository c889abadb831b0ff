import { Button, Tag } from "antd";
import { useState } from "react";

import { api, told } from "../../api/client";
import { usePages } from "../../api/paging";
import type { AddressPlace as Place, SignInEvent } from "../../api/schema";
import { isChinese } from "../../language/language";
import { nameOf } from "../../language/names";
import { texts } from "../../language/texts";
import { CursorTable } from "../../parts/CursorTable";
import { EventDrawer } from "../../parts/log/EventDrawer";
import { ExportButton } from "../../parts/ExportButton";
import { KindFilter, type Span, SpanFilter, TextFilter } from "../../parts/log/filters";
import { useFilter } from "../../parts/log/useFilter";
import { Nothing } from "../../parts/Nothing";
import { PageHeader } from "../../parts/PageHeader";
import { TimeText } from "../../parts/TimeText";
import { WithGuestTag } from "../../parts/WithGuestTag";
import { COLOURS, type Kind, KINDS, methodName, METHODS, reasonName, REASONS, type Signal, SIGNALS } from "./kinds";

const t = texts({
  title: ["登录日志", "Sign-in log"],
  lead: [
    "谁在何时、从哪里、用什么方式登录，以及失败的原因。",
    "Who signed in, when, from where and how, and why others did not.",
  ],
  at: ["时间", "Time"],
  person: ["用户名", "Username"],
  kind: ["结果", "Result"],
  method: ["方式", "Method"],
  reason: ["原因", "Reason"],
  risk: ["异常", "Unusual"],
  address: ["来源地址", "Address"],
  place: ["地点", "Place"],
  device: ["设备", "Device"],
  agent: ["浏览器标识", "User agent"],
  signIn: ["登录编号", "Sign-in"],
  request: ["请求编号", "Request"],
  none: ["没有符合条件的记录", "Nothing matches"],
  noneHint: ["换一个时间段，或去掉一些条件。", "Try another time, or fewer conditions."],
});

type Filter = Span & {
  username?: string;
  kind?: Kind;
  method?: string;
  reason?: string;
  client_address?: string;
  device?: string;
  risk?: Signal;
};

export default function SignIns() {
  const [filter, narrow] = useFilter<Filter>();
  const [open, setOpen] = useState<SignInEvent>();
  const pages = usePages(["sign-ins", filter], (after) =>
    told(api.GET("/events/sign-ins", { params: { query: { ...filter, after } } })),
  );
  return (
    <>
      <PageHeader title={t.title} lead={t.lead}>
        <ExportButton path="/events/sign-ins/export" filter={filter} />
      </PageHeader>
      <CursorTable<SignInEvent>
        pages={pages}
        rowKey="id"
        onOpen={setOpen}
        nothing={<Nothing title={t.none} hint={t.noneHint} />}
        filters={
          <>
            <SpanFilter value={filter} onChange={narrow} />
            <TextFilter label={t.person} value={filter.username} onChange={(username) => narrow({ username })} />
            <KindFilter label={t.kind} names={KINDS} value={filter.kind} onChange={(kind) => narrow({ kind })} />
            <KindFilter
              label={t.method}
              names={METHODS}
              value={filter.method}
              onChange={(method) => narrow({ method })}
            />
            <KindFilter
              label={t.reason}
              names={REASONS}
              value={filter.reason}
              onChange={(reason) => narrow({ reason })}
            />
            <TextFilter
              label={t.address}
              value={filter.client_address}
              onChange={(client_address) => narrow({ client_address })}
            />
            <TextFilter label={t.device} value={filter.device} onChange={(device) => narrow({ device })} />
            <KindFilter label={t.risk} names={SIGNALS} value={filter.risk} onChange={(risk) => narrow({ risk })} />
          </>
        }
        columns={[
          {
            title: t.at,
            dataIndex: "at",
            render: (at: number, event) => (
              <Button type="link" style={{ padding: 0 }} onClick={() => setOpen(event)}>
                <TimeText at={at} />
              </Button>
            ),
          },
          {
            title: t.person,
            dataIndex: "username",
            render: (name: string, { guest }) => <WithGuestTag name={name} isGuest={guest} />,
          },
          { title: t.kind, dataIndex: "kind", render: (kind: string) => <KindTag kind={kind} /> },
          {
            title: t.reason,
            dataIndex: "reason",
            render: (reason?: string | null) => (reason ? reasonName(reason) : "–"),
          },
          {
            title: t.method,
            dataIndex: "method",
            render: (method?: string | null) => (method ? methodName(method) : "–"),
          },
          { title: t.address, dataIndex: "client_address" },
          { title: t.place, dataIndex: "place", render: (place?: Place | null) => (place ? placeName(place) : "–") },
          { title: t.device, dataIndex: "device" },
          {
            title: t.risk,
            dataIndex: "risk",
            render: (risk?: string[]) => (risk?.length ? <RiskTags risk={risk} /> : "–"),
          },
        ]}
      />
      {open && (
        <EventDrawer
          title={KINDS[open.kind as Kind] ?? open.kind}
          onClose={() => setOpen(undefined)}
          rows={[
            [t.at, <TimeText key="at" at={open.at} />],
            [t.person, <WithGuestTag key="person" name={open.username} isGuest={open.guest} />],
            [t.kind, <KindTag key="kind" kind={open.kind} />],
            [t.reason, open.reason && reasonName(open.reason)],
            [t.method, open.method && methodName(open.method)],
            [t.address, open.client_address],
            [t.place, open.place && placeName(open.place)],
            [t.device, open.device],
            [t.risk, open.risk?.length ? <RiskTags key="risk" risk={open.risk} /> : null],
            [t.agent, open.user_agent],
            [t.signIn, open.sign_in],
            [t.request, open.request_id],
          ]}
        />
      )}
    </>
  );
}

function KindTag({ kind }: { kind: string }) {
  return <Tag color={COLOURS[kind]}>{KINDS[kind as Kind] ?? kind}</Tag>;
}

function RiskTags({ risk }: { risk: string[] }) {
  return risk.map((signal) => (
    <Tag key={signal} color="warning">
      {SIGNALS[signal as Signal] ?? signal}
    </Tag>
  ));
}

/** As it is read: "Hangzhou, China", "中国 杭州". */
function placeName({ country, country_name, city }: Place): string {
  const [land, town] = [nameOf(country_name) || country, nameOf(city)];
  const parts = isChinese ? [land, town] : [town, land];
  return parts.filter(Boolean).join(isChinese ? " " : ", ");
}
