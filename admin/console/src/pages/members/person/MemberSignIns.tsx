import { useQuery } from "@tanstack/react-query";
import { Button, Flex, Typography } from "antd";

import { PlainTable } from "../../../parts/PlainTable";
import { useMay } from "../../../api/caller";
import { api, told } from "../../../api/client";
import type { SignIn } from "../../../api/schema";
import { plural, texts } from "../../../language/texts";
import { Failed } from "../../../parts/Failed";
import { Nothing } from "../../../parts/Nothing";
import { TimeText } from "../../../parts/TimeText";
import { useAction } from "../../../parts/useAction";

const t = texts({
  title: ["登录中的设备", "Signed in on"],
  device: ["设备", "Device"],
  address: ["地址", "Address"],
  started: ["登录时间", "Since"],
  seen: ["最近活动", "Last seen"],
  end: ["终止", "End"],
  endAll: ["全部终止", "End all"],
  endAllTitle: (n: number) => [`终止全部 ${n} 个登录？`, `End ${plural(n, "sign-in")}?`],
  endAllText: [
    "此人会立即退出所有应用，打开的页面和连接会被中断。",
    "They are signed out of every application at once; what is open is cut off.",
  ],
  none: ["没有登录中的设备", "Not signed in anywhere"],
});

/** Where the person is signed in, and the means to end it. */
export function MemberSignIns({ id }: { id: string }) {
  const may = useMay();
  const { act, ask } = useAction();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["members", id, "sign-ins"],
    queryFn: () => told(api.GET("/members/{id}/sign-ins", { params: { path: { id } } })),
  });
  const signIns = data?.items ?? [];
  const end = (sign_in: string) =>
    told(api.DELETE("/members/{id}/sign-ins/{sign_in}", { params: { path: { id, sign_in } } }));
  const endAll = () =>
    ask({ title: t.endAllTitle(signIns.length), content: t.endAllText, okText: t.endAll, isDanger: true }, () =>
      told(api.DELETE("/members/{id}/sign-ins", { params: { path: { id } } })),
    );
  return (
    <section>
      <Flex justify="space-between" align="center" style={{ marginBottom: 8 }}>
        <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
          {t.title}
        </Typography.Title>
        {may("sessions:remove") && signIns.length > 0 && (
          <Button size="small" danger onClick={endAll}>
            {t.endAll}
          </Button>
        )}
      </Flex>
      {error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : (
        <PlainTable<SignIn>
          size="small"
          rowKey="id"
          dataSource={signIns}
          loading={isPending}
          pagination={false}
          scroll={{ x: "max-content" }}
          locale={{ emptyText: isPending ? " " : <Nothing title={t.none} /> }}
          columns={[
            { title: t.device, dataIndex: "device" },
            { title: t.address, dataIndex: "address" },
            { title: t.started, dataIndex: "started_at", render: (at: number) => <TimeText at={at} /> },
            { title: t.seen, dataIndex: "last_seen_at", render: (at: number) => <TimeText at={at} /> },
            {
              key: "end",
              render: (_, signIn) =>
                may("sessions:remove") && (
                  <Button size="small" onClick={() => void act(() => end(signIn.id))}>
                    {t.end}
                  </Button>
                ),
            },
          ]}
        />
      )}
    </section>
  );
}
