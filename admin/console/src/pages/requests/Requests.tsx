import { Button, InputNumber, Tag } from "antd";
import { useState } from "react";

import { api, told } from "../../api/client";
import { usePages } from "../../api/paging";
import type { AccessEvent } from "../../api/schema";
import { texts } from "../../language/texts";
import { ApplicationChooser } from "../../parts/choosers";
import { CursorTable } from "../../parts/CursorTable";
import { ExportButton } from "../../parts/ExportButton";
import { KindFilter, type Span, SpanFilter, TextFilter } from "../../parts/log/filters";
import { useFilter } from "../../parts/log/useFilter";
import { Nothing } from "../../parts/Nothing";
import { PageHeader } from "../../parts/PageHeader";
import { TimeText } from "../../parts/TimeText";
import { COLOURS, OUTCOMES, outcomeText, REASONS } from "./outcomes";
import { RequestDrawer } from "./RequestDrawer";

const t = texts({
  title: ["访问日志", "Access log"],
  lead: [
    "经过网关的每一个请求：谁、从哪里、访问了什么，以及结果。",
    "Every request through the gate: who, from where, for what, and what became of it.",
  ],
  at: ["时间", "Time"],
  person: ["用户名", "Username"],
  anonymous: ["未登录", "Not signed in"],
  request: ["请求", "Request"],
  host: ["域名", "Host"],
  path: ["路径", "Path"],
  method: ["方法", "Method"],
  id: ["请求编号", "Request id"],
  reason: ["拒绝原因", "Reason"],
  outcome: ["结果", "Result"],
  status: ["状态码", "Status"],
  address: ["来源地址", "Address"],
  took: ["耗时", "Took"],
  application: ["应用", "Application"],
  none: ["没有符合条件的记录", "Nothing matches"],
  noneHint: ["换一个时间段，或去掉一些条件。", "Try another time, or fewer conditions."],
});

const METHODS = Object.fromEntries(
  ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].map((method) => [method, method]),
);

type Filter = Span & {
  username?: string;
  application?: string;
  outcome?: keyof typeof OUTCOMES;
  reason?: string;
  host?: string;
  path?: string;
  method?: string;
  status?: number;
  request_id?: string;
  client_address?: string;
};

export default function Requests() {
  const [filter, narrow] = useFilter<Filter>();
  const [open, setOpen] = useState<AccessEvent>();
  const pages = usePages(["requests", filter], (after) =>
    told(api.GET("/events/access", { params: { query: { ...filter, after } } })),
  );
  return (
    <>
      <PageHeader title={t.title} lead={t.lead}>
        <ExportButton path="/events/access/export" filter={filter} />
      </PageHeader>
      <CursorTable<AccessEvent>
        pages={pages}
        rowKey="id"
        onOpen={setOpen}
        nothing={<Nothing title={t.none} hint={t.noneHint} />}
        filters={
          <>
            <SpanFilter value={filter} onChange={narrow} />
            <TextFilter label={t.person} value={filter.username} onChange={(username) => narrow({ username })} />
            <ApplicationChooser
              allowClear
              aria-label={t.application}
              placeholder={t.application}
              style={{ width: 180 }}
              value={filter.application}
              onChange={(chosen) => narrow({ application: chosen ? String(chosen) : undefined })}
            />
            <TextFilter label={t.host} value={filter.host} onChange={(host) => narrow({ host })} />
            <TextFilter label={t.path} value={filter.path} onChange={(path) => narrow({ path })} />
            <KindFilter
              label={t.method}
              names={METHODS}
              value={filter.method}
              onChange={(method) => narrow({ method })}
            />
            <InputNumber
              key={filter.status}
              aria-label={t.status}
              placeholder={t.status}
              min={100}
              max={599}
              controls={false}
              style={{ width: 100 }}
              defaultValue={filter.status}
              onPressEnter={({ currentTarget }) => narrow({ status: Number(currentTarget.value) || undefined })}
              onBlur={({ currentTarget }) => narrow({ status: Number(currentTarget.value) || undefined })}
            />
            <KindFilter
              label={t.outcome}
              names={OUTCOMES}
              value={filter.outcome}
              onChange={(outcome) => narrow({ outcome })}
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
            <TextFilter label={t.id} value={filter.request_id} onChange={(request_id) => narrow({ request_id })} />
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
          { title: t.person, dataIndex: "username", render: (name?: string | null) => name ?? t.anonymous },
          {
            title: t.request,
            key: "request",
            render: (_, event) => (
              <span
                className="mono"
                style={{
                  display: "inline-block",
                  maxWidth: 420,
                  overflow: "hidden",
                  textOverflow: "ellipsis",
                  whiteSpace: "nowrap",
                  verticalAlign: "middle",
                }}
              >
                {event.method} {event.host}
                {event.path}
              </span>
            ),
          },
          {
            title: t.outcome,
            key: "outcome",
            render: (_, event) => <Tag color={COLOURS[event.outcome.kind]}>{outcomeText(event)}</Tag>,
          },
          { title: t.status, dataIndex: "status", align: "right" },
          { title: t.address, dataIndex: "client_address", render: (address?: string | null) => address ?? "–" },
          { title: t.took, dataIndex: "duration_us", align: "right", render: tookText },
        ]}
      />
      {open && <RequestDrawer event={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

/** Microseconds, as a person reads them. */
export function tookText(us: number): string {
  return us < 10_000 ? `${(us / 1000).toFixed(1)} ms` : `${Math.round(us / 1000)} ms`;
}
