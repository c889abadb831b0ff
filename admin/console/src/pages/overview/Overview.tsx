import { useQuery } from "@tanstack/react-query";
import { Card, Flex, List, Statistic, Typography } from "antd";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { texts } from "../../language/texts";
import { PageHeader } from "../../parts/PageHeader";
import { TimeText } from "../../parts/TimeText";
import { outcomeText } from "../requests/outcomes";
import { methodName, reasonName } from "../sign-ins/kinds";
import { FirstSteps } from "./FirstSteps";

const t = texts({
  title: ["概览", "Overview"],
  applications: ["应用", "Applications"],
  groups: ["用户组", "Groups"],
  departments: ["部门", "Departments"],
  ipLists: ["IP 名单", "IP lists"],
  failures: ["最近的登录失败", "Latest failed sign-ins"],
  refusals: ["最近的访问拒绝", "Latest refused requests"],
  signIns: ["最近的登录", "Latest sign-ins"],
  all: ["查看全部", "See all"],
  none: ["还没有记录", "Nothing yet"],
  anonymous: ["未登录", "Not signed in"],
});

/** What is there, what happened last, and where to act. */
export default function Overview() {
  const may = useMay();
  return (
    <>
      <PageHeader title={t.title} />
      <Flex vertical gap={16}>
        <FirstSteps />
        <Flex gap={16} wrap>
          {may("applications:read") && <Count to="/applications" title={t.applications} path="/applications" />}
          {may("departments:read") && <Count to="/members" title={t.departments} path="/departments" />}
          {may("groups:read") && <Count to="/groups" title={t.groups} path="/groups" />}
          {may("ip_lists:read") && <Count to="/ip-lists" title={t.ipLists} path="/ip-lists" />}
        </Flex>
        <Flex gap={16} wrap align="stretch">
          {may("sign_in_log:read") && <LatestSignIns kind="signed_in" title={t.signIns} />}
          {may("sign_in_log:read") && <LatestSignIns kind="failed" title={t.failures} />}
          {may("access_log:read") && <LatestRefusals />}
        </Flex>
      </Flex>
    </>
  );
}

type Counted = "/applications" | "/departments" | "/groups" | "/ip-lists";

function Count({ path, title, to }: { path: Counted; title: string; to: string }) {
  const { data, isPending } = useQuery({
    queryKey: ["count", path],
    queryFn: () => told(api.GET(path as "/groups", { params: { query: { limit: 1000 } } })),
  });
  return (
    <Card hoverable style={{ flex: "1 1 160px" }} styles={{ body: { padding: 0 } }}>
      <Link to={to} style={{ display: "block", padding: 20 }}>
        <Statistic
          title={title}
          loading={isPending}
          value={data?.items.length ?? "–"}
          suffix={data?.next ? "+" : undefined}
        />
      </Link>
    </Card>
  );
}

function LatestSignIns({ kind, title }: { kind: "signed_in" | "failed"; title: string }) {
  const { data, isPending } = useQuery({
    queryKey: ["sign-ins", "latest", kind],
    queryFn: () => told(api.GET("/events/sign-ins", { params: { query: { kind, limit: 6 } } })),
    refetchInterval: 30_000,
  });
  const rows = data?.items.map((event) => ({
    id: event.id,
    at: event.at,
    title: event.username || "–",
    text: [
      event.reason ? reasonName(event.reason) : event.method && methodName(event.method),
      event.client_address,
      event.device,
    ]
      .filter(Boolean)
      .join(" · "),
  }));
  return <Latest title={title} to="/logs/sign-ins" rows={rows} isPending={isPending} />;
}

function LatestRefusals() {
  const { data, isPending } = useQuery({
    queryKey: ["requests", "latest"],
    queryFn: () => told(api.GET("/events/access", { params: { query: { outcome: "denied", limit: 6 } } })),
    refetchInterval: 30_000,
  });
  const rows = data?.items.map((event) => ({
    id: event.id,
    at: event.at,
    title: `${event.method} ${event.host}${event.path}`,
    text: [event.username ?? t.anonymous, outcomeText(event), event.client_address].filter(Boolean).join(" · "),
  }));
  return <Latest title={t.refusals} to="/logs/requests" rows={rows} isPending={isPending} />;
}

type Row = { id: string; at: number; title: string; text: string };
type LatestProps = { title: string; to: string; rows: Row[] | undefined; isPending: boolean; extra?: ReactNode };

function Latest({ title, to, rows, isPending }: LatestProps) {
  return (
    <Card
      title={title}
      extra={<Link to={to}>{t.all}</Link>}
      style={{ flex: "1 1 320px", minWidth: 0 }}
      styles={{ body: { padding: "4px 20px" } }}
    >
      <List<Row>
        loading={isPending}
        dataSource={rows}
        locale={{ emptyText: <Typography.Text type="secondary">{t.none}</Typography.Text> }}
        renderItem={(row) => (
          <List.Item style={{ display: "block" }}>
            <Flex justify="space-between" gap={12}>
              <Typography.Text ellipsis>{row.title}</Typography.Text>
              <Typography.Text type="secondary" style={{ flex: "none" }}>
                <TimeText at={row.at} />
              </Typography.Text>
            </Flex>
            <Typography.Text type="secondary" ellipsis style={{ display: "block", fontSize: 13 }}>
              {row.text}
            </Typography.Text>
          </List.Item>
        )}
      />
    </Card>
  );
}
