import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Card, Flex, Segmented, Skeleton, Statistic, Typography } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link } from "react-router";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import type { Counted, Overview as Figures } from "../../api/schema";
import { texts } from "../../language/texts";
import { Failed } from "../../parts/Failed";
import { PageHeader } from "../../parts/PageHeader";
import { timeText } from "../../parts/TimeText";
import { refusalName } from "../requests/outcomes";
import { reasonName } from "../sign-ins/kinds";
import { FirstSteps } from "./FirstSteps";
import { applicationNames, Health } from "./Health";
import type { Series } from "./HourlyChart";
import { Ranking } from "./Ranking";

const HourlyChart = lazy(() => import("./HourlyChart"));

const t = texts({
  title: ["概览", "Overview"],
  period: ["时间段", "Period"],
  day: ["24 小时", "24 hours"],
  week: ["7 天", "7 days"],
  month: ["30 天", "30 days"],
  active: ["正在使用", "At work now"],
  signedIn: (n: number) => [`共 ${n} 人登录中`, `of ${n} signed in`],
  requests: ["访问请求", "Requests"],
  refused: ["被拒绝的请求", "Refused requests"],
  failed: ["登录失败", "Failed sign-ins"],
  members: ["正常成员", "Active members"],
  applications: (n: number) => [`${n} 个应用`, n === 1 ? "1 application" : `${n} applications`],
  granted: ["放行", "Let in"],
  denied: ["拒绝", "Refused"],
  signIns: ["登录", "Sign-ins"],
  succeeded: ["成功", "Succeeded"],
  failures: ["失败", "Failed"],
  since: (at: string) => [`自 ${at} 起统计`, `Counted since ${at}`],
  whyRefused: ["拒绝原因", "Why requests were refused"],
  whyFailed: ["登录失败原因", "Why sign-ins failed"],
  busiest: ["访问最多的应用", "Busiest applications"],
  addresses: ["被拒绝最多的地址", "Most refused addresses"],
});

const HOURS = [
  { value: 24, label: t.day },
  { value: 168, label: t.week },
  { value: 720, label: t.month },
];

/** How things stand, at a glance, with links to where one can act. */
export default function Overview() {
  const may = useMay();
  const [hours, setHours] = useState(24);
  const { data, error, refetch } = useQuery({
    queryKey: ["overview", hours],
    queryFn: () => told(api.GET("/overview", { params: { query: { hours } } })),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
    enabled: may("overview:read"),
  });
  return (
    <>
      <PageHeader title={t.title}>
        <Segmented aria-label={t.period} value={hours} onChange={setHours} options={HOURS} />
      </PageHeader>
      <Flex vertical gap={16}>
        <FirstSteps />
        {error && <Failed error={error} onRetry={() => void refetch()} />}
        {data ? <Standing overview={data} /> : !error && may("overview:read") && <Skeleton active />}
      </Flex>
    </>
  );
}

function Standing({ overview }: { overview: Figures }) {
  const { requests, sign_ins, signed_in, organisation } = overview;
  const application = applicationNames(overview);
  const people = organisation.people.find(({ kind, status }) => kind === "member" && status === "active");
  const since = `since=${overview.at - overview.hours * 3_600_000}`;
  return (
    <>
      <Flex gap={16} wrap>
        <Figure
          title={t.active}
          value={signed_in.active_people}
          more={t.signedIn(signed_in.people)}
          to="/logs/sign-ins"
        />
        <Figure
          title={t.requests}
          value={sum(requests.granted) + sum(requests.refused)}
          to={`/logs/requests?${since}`}
        />
        <Figure title={t.refused} value={sum(requests.refused)} to={`/logs/requests?outcome=denied&${since}`} />
        <Figure title={t.failed} value={sum(sign_ins.failed)} to={`/logs/sign-ins?kind=failed&${since}`} />
        <Figure
          title={t.members}
          value={people?.count ?? 0}
          more={t.applications(organisation.applications)}
          to="/members"
        />
      </Flex>
      <Flex gap={16} wrap>
        <Chart
          title={t.requests}
          from={requests.from}
          counted={requests.counted_since}
          series={[
            { name: t.granted, values: requests.granted, tone: "good" },
            { name: t.denied, values: requests.refused, tone: "bad" },
          ]}
        />
        <Chart
          title={t.signIns}
          from={sign_ins.from}
          counted={sign_ins.counted_since}
          series={[
            { name: t.succeeded, values: sign_ins.succeeded, tone: "good" },
            { name: t.failures, values: sign_ins.failed, tone: "bad" },
          ]}
        />
      </Flex>
      <Flex gap={16} wrap>
        <Ranking
          title={t.whyRefused}
          rows={byReason(requests.refusals, refusalName, (name) => `/logs/requests?reason=${name}&${since}`)}
        />
        <Ranking
          title={t.whyFailed}
          rows={byReason(sign_ins.failures, reasonName, (name) => `/logs/sign-ins?reason=${name}&${since}`)}
        />
        <Ranking
          title={t.busiest}
          rows={overview.busiest.map(({ id, requests: count }) => ({
            key: id,
            name: application(id),
            count,
            to: `/applications/${id}`,
          }))}
        />
      </Flex>
      <Flex gap={16} wrap>
        <Health overview={overview} />
        <Ranking
          title={t.addresses}
          rows={byReason(
            overview.refused_addresses,
            String,
            (name) => `/logs/requests?outcome=denied&client_address=${encodeURIComponent(name)}&${since}`,
          )}
        />
      </Flex>
    </>
  );
}

function byReason(counted: readonly Counted[], named: (name: string) => string, to: (name: string) => string) {
  return counted.map(({ name, count }) => ({ key: name, name: named(name), count, to: to(name) }));
}

type FigureProps = { title: string; value: number; more?: string; to: string };

function Figure({ title, value, more, to }: FigureProps) {
  return (
    <Card hoverable style={{ flex: "1 1 160px" }} styles={{ body: { padding: 0 } }}>
      <Link to={to} style={{ display: "block", padding: "16px 20px" }}>
        <Statistic title={title} value={value} />
        <Typography.Text type="secondary">{more ?? "\u00a0"}</Typography.Text>
      </Link>
    </Card>
  );
}

type ChartProps = { title: string; from: number; counted: number | null | undefined; series: Series[] };

function Chart({ title, from, counted, series }: ChartProps) {
  return (
    <Card
      title={title}
      style={{ flex: "1 1 420px", minWidth: 0 }}
      extra={
        counted && counted > from && <Typography.Text type="secondary">{t.since(timeText(counted))}</Typography.Text>
      }
    >
      <Suspense fallback={<Skeleton.Node active style={{ width: "100%", height: 220 }} />}>
        <HourlyChart label={title} from={from} series={series} />
      </Suspense>
    </Card>
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((all, one) => all + one, 0);
}
