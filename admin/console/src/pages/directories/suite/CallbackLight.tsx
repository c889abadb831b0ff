import { useQuery } from "@tanstack/react-query";
import { Badge, Flex, Typography } from "antd";

import { api, told } from "../../../api/client";
import type { CallbackRefusal, DirectoryCallback } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { Failed } from "../../../parts/Failed";
import { TimeText } from "../../../parts/TimeText";
import { reasonText } from "../../sync-runs/words";

const t = texts({
  title: ["实时状态", "How it does"],
  later: [
    "保存这一步之后，这里会显示平台的验证和事件。",
    "Once this step is kept, what the platform sends is seen here.",
  ],
  secrets: ["尚未填写密钥", "The secrets are not entered yet"],
  waiting: ["等待平台验证请求地址", "The platform has not tried the address out yet"],
  verified: ["请求地址验证通过", "The platform has tried the address out"],
  event: ["最近事件", "Last event"],
  refused: ["已拒绝的请求", "Requests that were refused"],
  times: (n: number) => [`${n} 次`, n === 1 ? "once" : `${n} times`],
});

/** Whether a suite reaches us, as it happens. */
export function CallbackLight({ id, isKept }: { id: string; isKept: boolean }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["directories", id, "callback"],
    queryFn: () => told(api.GET("/directories/{id}/callback", { params: { path: { id } } })),
    enabled: isKept,
    refetchInterval: 3000,
  });
  if (!isKept) return <Typography.Text type="secondary">{t.later}</Typography.Text>;
  if (error && !data) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return (
    <Flex vertical gap={4} aria-live="polite">
      <Typography.Text strong>{t.title}</Typography.Text>
      <Light callback={data} />
      {data.event_at && (
        <Typography.Text>
          {t.event}: <span className="mono">{data.event_kind}</span> <TimeText at={data.event_at} />
        </Typography.Text>
      )}
      {data.refusals.length > 0 && <Refusals refusals={data.refusals} />}
    </Flex>
  );
}

function Light({ callback: { is_set_up, verified_at, event_at } }: { callback: DirectoryCallback }) {
  if (!is_set_up) return <Badge status="default" text={t.secrets} />;
  if (!verified_at && !event_at) return <Badge status="processing" text={t.waiting} />;
  const when = verified_at && <TimeText at={verified_at} />;
  return (
    <Badge
      status="success"
      text={
        <>
          {t.verified} {when}
        </>
      }
    />
  );
}

function Refusals({ refusals }: { refusals: CallbackRefusal[] }) {
  return (
    <div>
      <Typography.Text type="danger">{t.refused}</Typography.Text>
      {refusals.slice(0, 10).map((one) => (
        <div key={`${one.reason} ${one.address}`}>
          <Typography.Text type="secondary">
            {reasonText(one.what)} · {one.address} · {t.times(one.times)} · <TimeText at={one.last_at} />
          </Typography.Text>
        </div>
      ))}
    </div>
  );
}
