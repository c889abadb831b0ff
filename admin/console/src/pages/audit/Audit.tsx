import { Button, Tag, Typography } from "antd";
import { useState } from "react";

import { PlainTable } from "../../parts/PlainTable";
import { api, told } from "../../api/client";
import { usePages } from "../../api/paging";
import type { AuditEvent } from "../../api/schema";
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
import { difference, type FieldChange } from "./difference";
import { actionName, ACTIONS, resultName, RESULTS, targetName, TARGETS } from "./words";

const t = texts({
  title: ["审计日志", "Audit log"],
  lead: [
    "管理操作的每一次变更，以及变更前后的内容。",
    "Every change in the administration, with what it was and what it became.",
  ],
  at: ["时间", "Time"],
  actor: ["操作者", "Who"],
  action: ["操作", "Did"],
  target: ["对象", "To what"],
  kind: ["对象类型", "Kind of object"],
  result: ["结果", "Result"],
  address: ["来源地址", "Address"],
  request: ["请求编号", "Request"],
  id: ["对象编号", "Object id"],
  changes: ["变更内容", "What changed"],
  field: ["字段", "Field"],
  before: ["变更前", "Before"],
  after: ["变更后", "After"],
  none: ["没有符合条件的记录", "Nothing matches"],
  noneHint: ["换一个时间段，或去掉一些条件。", "Try another time, or fewer conditions."],
});

type Filter = Span & {
  actor_name?: string;
  action?: string;
  target_kind?: keyof typeof TARGETS;
  target_name?: string;
  result?: keyof typeof RESULTS;
  client_address?: string;
};

export default function Audit() {
  const [filter, narrow] = useFilter<Filter>();
  const [open, setOpen] = useState<AuditEvent>();
  const pages = usePages(["audit", filter], (after) =>
    told(api.GET("/events/audit", { params: { query: { ...filter, after } } })),
  );
  return (
    <>
      <PageHeader title={t.title} lead={t.lead}>
        <ExportButton path="/events/audit/export" filter={filter} />
      </PageHeader>
      <CursorTable<AuditEvent>
        pages={pages}
        rowKey="id"
        onOpen={setOpen}
        nothing={<Nothing title={t.none} hint={t.noneHint} />}
        filters={
          <>
            <SpanFilter value={filter} onChange={narrow} />
            <TextFilter label={t.actor} value={filter.actor_name} onChange={(actor_name) => narrow({ actor_name })} />
            <KindFilter
              label={t.action}
              names={ACTIONS}
              value={filter.action}
              onChange={(action) => narrow({ action })}
            />
            <KindFilter
              label={t.kind}
              names={TARGETS}
              value={filter.target_kind}
              onChange={(target_kind) => narrow({ target_kind })}
            />
            <TextFilter
              label={t.target}
              value={filter.target_name}
              onChange={(target_name) => narrow({ target_name })}
            />
            <KindFilter
              label={t.result}
              names={RESULTS}
              value={filter.result}
              onChange={(result) => narrow({ result })}
            />
            <TextFilter
              label={t.address}
              value={filter.client_address}
              onChange={(client_address) => narrow({ client_address })}
            />
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
            title: t.actor,
            dataIndex: "actor_name",
            render: (name: string, { actor_guest }) => <WithGuestTag name={name} isGuest={actor_guest} />,
          },
          { title: t.action, dataIndex: "action", render: actionName },
          {
            title: t.target,
            key: "target",
            render: (_, event) => (
              <>
                <Tag>{targetName(event.target_kind)}</Tag>{" "}
                <WithGuestTag name={event.target_name} isGuest={event.target_guest} />
              </>
            ),
          },
          { title: t.result, dataIndex: "result", render: (result: string) => <ResultTag result={result} /> },
          { title: t.address, dataIndex: "client_address", render: (address?: string | null) => address ?? "–" },
        ]}
      />
      {open && (
        <EventDrawer
          title={`${actionName(open.action)} ${open.target_name}`}
          onClose={() => setOpen(undefined)}
          rows={[
            [t.at, <TimeText key="at" at={open.at} />],
            [t.actor, <WithGuestTag key="actor" name={open.actor_name} isGuest={open.actor_guest} />],
            [t.action, actionName(open.action)],
            [t.target, `${targetName(open.target_kind)} ${open.target_name}`],
            [t.id, open.target],
            [t.result, <ResultTag key="result" result={open.result} />],
            [t.address, open.client_address],
            [t.request, open.request_id],
          ]}
        >
          <Changes changes={difference(open.before, open.after)} />
        </EventDrawer>
      )}
    </>
  );
}

function ResultTag({ result }: { result: string }) {
  return <Tag color={result === "done" ? "success" : "error"}>{resultName(result)}</Tag>;
}

function Changes({ changes }: { changes: FieldChange[] }) {
  if (changes.length === 0) return null;
  return (
    <>
      <Typography.Title level={2} style={{ fontSize: 16, marginTop: 24 }}>
        {t.changes}
      </Typography.Title>
      <PlainTable<FieldChange>
        size="small"
        rowKey="field"
        dataSource={changes}
        pagination={false}
        columns={[
          { title: t.field, dataIndex: "field", className: "mono" },
          { title: t.before, dataIndex: "before", render: (text?: string) => text ?? "–" },
          { title: t.after, dataIndex: "after", render: (text?: string) => text ?? "–" },
        ]}
      />
    </>
  );
}
