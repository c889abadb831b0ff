import { useQuery } from "@tanstack/react-query";
import { Tag } from "antd";

import { applicationQuery } from "../../api/applications";
import type { AccessEvent } from "../../api/schema";
import { nameOf } from "../../language/names";
import { texts } from "../../language/texts";
import { EventDrawer } from "../../parts/log/EventDrawer";
import { TimeText } from "../../parts/TimeText";
import { COLOURS, outcomeText } from "./outcomes";
import { tookText } from "./Requests";

const t = texts({
  title: ["请求详情", "Request"],
  at: ["时间", "Time"],
  outcome: ["结果", "Result"],
  rule: ["决定的规则", "Deciding rule"],
  person: ["用户名", "Username"],
  application: ["应用", "Application"],
  request: ["请求", "Request"],
  protocol: ["协议", "Protocol"],
  status: ["状态码", "Status"],
  address: ["来源地址", "Address"],
  peer: ["直接对端", "Peer"],
  agent: ["浏览器标识", "User agent"],
  upstream: ["上游", "Upstream"],
  took: ["耗时", "Took"],
  upstreamTook: ["上游耗时", "Upstream took"],
  sizes: ["请求 / 响应大小", "Request / answer"],
  bytes: (request: number, response: number) => [`${request} / ${response} 字节`, `${request} / ${response} bytes`],
  watermarked: ["水印", "Watermark"],
  marked: ["已添加", "Applied"],
  error: ["错误", "Error"],
  snapshot: ["配置版本", "Configuration revision"],
  id: ["请求编号", "Request id"],
});

export function RequestDrawer({ event, onClose }: { event: AccessEvent; onClose: () => void }) {
  const id = event.application ?? "";
  // One that is no longer there goes by its id.
  const { data: application } = useQuery({ ...applicationQuery(id), enabled: id !== "" });
  return (
    <EventDrawer
      title={t.title}
      onClose={onClose}
      rows={[
        [t.at, <TimeText key="at" at={event.at} />],
        [
          t.outcome,
          <Tag key="outcome" color={COLOURS[event.outcome.kind]}>
            {outcomeText(event)}
          </Tag>,
        ],
        [t.rule, event.rule],
        [t.person, event.username],
        [t.application, application ? nameOf(application.name) : event.application],
        [
          t.request,
          <span key="request" className="mono">
            {event.method} {event.host}
            {event.path}
          </span>,
        ],
        [t.protocol, event.protocol],
        [t.status, event.status],
        [t.address, event.client_address],
        [t.peer, event.peer],
        [t.agent, event.user_agent],
        [t.upstream, event.upstream],
        [t.took, tookText(event.duration_us)],
        [t.upstreamTook, event.upstream_us && tookText(event.upstream_us)],
        [t.sizes, t.bytes(event.request_bytes, event.response_bytes)],
        [t.watermarked, event.watermarked && t.marked],
        [t.error, event.error && `${event.error.source}: ${event.error.what}`],
        [t.snapshot, event.snapshot],
        [t.id, event.request_id],
      ]}
    />
  );
}
