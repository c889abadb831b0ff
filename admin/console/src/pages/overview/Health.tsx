import { CheckCircleFilled, ExclamationCircleFilled } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Card, Flex, theme, Typography } from "antd";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { applicationQuery } from "../../api/applications";
import { useMay } from "../../api/caller";
import type { Overview } from "../../api/schema";
import { nameOf } from "../../language/names";
import { listed, plural, texts } from "../../language/texts";
import { bytesText } from "../../parts/bytesText";
import { timeText } from "../../parts/TimeText";

const t = texts({
  title: ["运行状况", "How it runs"],
  well: ["正常", "Well"],
  ill: ["需要注意", "Wants a look"],
  upstreams: ["上游", "Upstreams"],
  upstreamsWell: (n: number) => [`${n} 个上游全部正常`, `${plural(n, "upstream")}, all well`],
  noUpstreams: ["没有正在检查的上游", "No upstreams are in use yet"],
  fails_checks: ["健康检查失败", "fails its checks"],
  ejected: ["连续出错，暂时摘除", "taken out for a while after failures"],
  unresolved: ["地址无法解析", "its name cannot be resolved"],
  certificates: ["证书", "Certificates"],
  certificatesWell: (n: number, days: number) => [
    `${n} 张证书，最近的 ${days} 天后到期`,
    `${plural(n, "certificate")}; the next expires in ${plural(days, "day")}`,
  ],
  noCertificates: ["此节点没有使用证书", "This node serves no certificate"],
  expires: (names: string, at: string) => [`${names} 将于 ${at} 到期`, `${names} expires on ${at}`],
  expired: (names: string, at: string) => [`${names} 已于 ${at} 过期`, `${names} expired on ${at}`],
  spool: ["日志写入", "Events"],
  spoolWell: ["访问日志及时写入存储", "Access events reach the store in time"],
  spoolBehind: (n: number, seconds: number) => [
    `${n} 条事件等待写入，落后 ${seconds} 秒`,
    `${plural(n, "event")} to go, ${plural(seconds, "second")} behind`,
  ],
  store: ["存储", "Store"],
});

const APPLICATIONS = { path: "/applications", permissions: ["applications:read"] };
const REQUESTS = { path: "/logs/requests", permissions: ["access_log:read"] };
const SETTINGS = { path: "/settings", permissions: ["node:read", "certificates:read", "backup:read"] };

const DAY = 86_400_000;
/** An expiry nearer than this is worth a word. */
const SOON = 30 * DAY;
/** Events later than this are, too. */
const BEHIND = 60_000;

type Line = {
  title: string;
  isWell: boolean;
  content: ReactNode;
  /** Where something can be done about it, and what that takes. */
  at?: { path: string; permissions: string[] };
};

/** Upstreams, certificates, events and the store, each well or with what is wrong. */
export function Health({ overview }: { overview: Overview }) {
  const { token } = theme.useToken();
  const may = useMay();
  const lines = [upstreams(overview), certificates(overview), spool(overview), store(overview)];
  return (
    <Card title={t.title} style={{ flex: "1 1 360px", minWidth: 0 }} styles={{ body: { padding: "8px 20px" } }}>
      {lines.map(({ title, isWell, content, at }) => (
        <Flex key={title} gap={12} style={{ padding: "10px 0" }}>
          {isWell ? (
            <CheckCircleFilled aria-label={t.well} style={{ color: token.colorSuccess, marginTop: 4 }} />
          ) : (
            <ExclamationCircleFilled aria-label={t.ill} style={{ color: token.colorWarning, marginTop: 4 }} />
          )}
          <div style={{ minWidth: 0 }}>
            <Typography.Text strong>
              {at?.permissions.some(may) ? <Link to={at.path}>{title}</Link> : title}
            </Typography.Text>
            <div style={{ overflowWrap: "anywhere" }}>{content}</div>
          </div>
        </Flex>
      ))}
    </Card>
  );
}

function upstreams({ node }: Overview): Line {
  const ill = node.upstreams.flatMap(({ address, application: id, health }) =>
    health === "well" ? [] : [{ address, id, why: t[health] }],
  );
  const well = node.upstreams.length > 0 ? t.upstreamsWell(node.upstreams.length) : t.noUpstreams;
  const content = ill.map(({ address, id, why }) => (
    <div key={`${id} ${address}`}>
      <ApplicationName id={id} /> {address}: {why}
    </div>
  ));
  return { title: t.upstreams, isWell: ill.length === 0, content: ill.length > 0 ? content : well, at: APPLICATIONS };
}

function certificates({ node, at }: Overview): Line {
  // Each once, on however many listeners; and none of which nothing is shown.
  const shown = node.certificates.filter(({ superseded }) => !superseded);
  const served = [...new Map(shown.map((one) => [one.upload ?? one.file, one])).values()];
  const soon = served.filter(({ not_after }) => not_after - at < SOON);
  const line = { title: t.certificates, at: SETTINGS };
  if (served.length === 0) return { ...line, isWell: true, content: t.noCertificates };
  const next = Math.min(...served.map(({ not_after }) => not_after));
  const well = t.certificatesWell(served.length, Math.floor((next - at) / DAY));
  const content = soon.map(({ names, not_after, file, upload }) => (
    <div key={upload ?? file}>{(not_after < at ? t.expired : t.expires)(listed(names), timeText(not_after))}</div>
  ));
  return { ...line, isWell: soon.length === 0, content: soon.length > 0 ? content : well };
}

function spool({ spools }: Overview): Line {
  const waiting = spools.reduce((all, one) => all + one.waiting, 0);
  const behind = Math.max(0, ...spools.map(({ behind_ms }) => behind_ms));
  const isWell = behind < BEHIND || waiting === 0;
  const content = isWell ? t.spoolWell : t.spoolBehind(waiting, Math.round(behind / 1000));
  return { title: t.spool, isWell, content, at: REQUESTS };
}

function store({ store: { engine, bytes } }: Overview): Line {
  return { title: t.store, isWell: true, content: listed([engine, bytesText(bytes)]), at: SETTINGS };
}

/** An application that ails, which need not be among those that the overview names. */
function ApplicationName({ id }: { id: string }) {
  const { data } = useQuery({ ...applicationQuery(id), enabled: useMay()("applications:read") });
  return <Link to={`/applications/${id}`}>{nameOf(data?.name) || id}</Link>;
}

/** The name of an application in the overview, if it is there. */
export function applicationNames({ busiest, most_refusing }: Overview): (id: string) => string {
  const names = new Map([...busiest, ...most_refusing].map(({ id, name }) => [id, nameOf(name ?? undefined)]));
  return (id) => names.get(id) || id;
}
