import { CheckCircleFilled, ExclamationCircleFilled } from "@ant-design/icons";
import { Card, Flex, theme, Typography } from "antd";
import type { ReactNode } from "react";
import { Link } from "react-router";

import type { Overview } from "../../api/schema";
import { nameOf } from "../../language/names";
import { texts } from "../../language/texts";
import { bytesText } from "../../parts/bytesText";
import { timeText } from "../../parts/TimeText";

const t = texts({
  title: ["运行状况", "How it runs"],
  upstreams: ["上游", "Upstreams"],
  upstreamsWell: (n: number) => [`${n} 个上游全部正常`, `${n} upstreams, all well`],
  noUpstreams: ["没有正在检查的上游", "No upstreams are in use yet"],
  fails_checks: ["健康检查失败", "fails its checks"],
  ejected: ["连续出错，暂时摘除", "taken out for a while after failures"],
  unresolved: ["地址无法解析", "its name cannot be resolved"],
  certificates: ["证书", "Certificates"],
  certificatesWell: (n: number, days: number) => [
    `${n} 张证书，最近的 ${days} 天后到期`,
    `${n} certificates, the next expires in ${days} days`,
  ],
  noCertificates: ["此节点没有使用证书", "This node serves no certificate"],
  expires: (names: string, at: string) => [`${names} 将于 ${at} 到期`, `${names} expires on ${at}`],
  expired: (names: string, at: string) => [`${names} 已于 ${at} 过期`, `${names} expired on ${at}`],
  spool: ["日志写入", "Events"],
  spoolWell: ["访问日志及时写入存储", "Access events reach the store in time"],
  spoolBehind: (n: number, seconds: number) => [
    `${n} 条事件等待写入，落后 ${seconds} 秒`,
    `${n} events wait, ${seconds} seconds behind`,
  ],
  store: ["存储", "Store"],
});

const DAY = 86_400_000;
/** An expiry nearer than this is worth a word. */
const SOON = 30 * DAY;
/** Events later than this are, too. */
const BEHIND = 60_000;

type Line = { title: string; isWell: boolean; content: ReactNode };

/** Upstreams, certificates, events and the store, each well or with what is wrong. */
export function Health({ overview, application }: { overview: Overview; application: (id: string) => string }) {
  const { token } = theme.useToken();
  const lines = [upstreams(overview, application), certificates(overview), spool(overview), store(overview)];
  return (
    <Card title={t.title} style={{ flex: "1 1 360px", minWidth: 0 }} styles={{ body: { padding: "8px 20px" } }}>
      {lines.map(({ title, isWell, content }) => (
        <Flex key={title} gap={12} style={{ padding: "10px 0" }}>
          {isWell ? (
            <CheckCircleFilled aria-hidden style={{ color: token.colorSuccess, marginTop: 4 }} />
          ) : (
            <ExclamationCircleFilled aria-hidden style={{ color: token.colorWarning, marginTop: 4 }} />
          )}
          <div style={{ minWidth: 0 }}>
            <Typography.Text strong>{title}</Typography.Text>
            <div style={{ overflowWrap: "anywhere" }}>{content}</div>
          </div>
        </Flex>
      ))}
    </Card>
  );
}

function upstreams({ node }: Overview, application: (id: string) => string): Line {
  const ill = node.upstreams.flatMap(({ address, application: id, health }) =>
    health === "well" ? [] : [{ address, id, why: t[health] }],
  );
  const well = node.upstreams.length > 0 ? t.upstreamsWell(node.upstreams.length) : t.noUpstreams;
  const content = ill.map(({ address, id, why }) => (
    <div key={`${id} ${address}`}>
      <Link to={`/applications/${id}`}>{application(id)}</Link> {address}: {why}
    </div>
  ));
  return { title: t.upstreams, isWell: ill.length === 0, content: ill.length > 0 ? content : well };
}

function certificates({ node, at }: Overview): Line {
  // Each once, on however many listeners; and none of which nothing is shown.
  const shown = node.certificates.filter(({ superseded }) => !superseded);
  const served = [...new Map(shown.map((one) => [one.upload ?? one.file, one])).values()];
  const soon = served.filter(({ not_after }) => not_after - at < SOON);
  const title = t.certificates;
  if (served.length === 0) return { title, isWell: true, content: t.noCertificates };
  const next = Math.min(...served.map(({ not_after }) => not_after));
  const well = t.certificatesWell(served.length, Math.floor((next - at) / DAY));
  const content = soon.map(({ names, not_after, file, upload }) => (
    <div key={upload ?? file}>{(not_after < at ? t.expired : t.expires)(names.join(", "), timeText(not_after))}</div>
  ));
  return { title, isWell: soon.length === 0, content: soon.length > 0 ? content : well };
}

function spool({ spools }: Overview): Line {
  const waiting = spools.reduce((all, one) => all + one.waiting, 0);
  const behind = Math.max(0, ...spools.map(({ behind_ms }) => behind_ms));
  const isWell = behind < BEHIND || waiting === 0;
  return { title: t.spool, isWell, content: isWell ? t.spoolWell : t.spoolBehind(waiting, Math.round(behind / 1000)) };
}

function store({ store: { engine, bytes } }: Overview): Line {
  return { title: t.store, isWell: true, content: `${engine}, ${bytesText(bytes)}` };
}

/** The name of an application in the overview, if it is there. */
export function applicationNames({ busiest, most_refusing }: Overview): (id: string) => string {
  const names = new Map([...busiest, ...most_refusing].map(({ id, name }) => [id, nameOf(name ?? undefined)]));
  return (id) => names.get(id) || id;
}
