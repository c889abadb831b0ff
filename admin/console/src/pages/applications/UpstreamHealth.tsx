import { useQuery } from "@tanstack/react-query";
import { Flex, Tag, Tooltip } from "antd";

import { api, told } from "../../api/client";
import type { UpstreamSeen } from "../../api/schema";
import { texts } from "../../language/texts";

const HEALTH = texts({
  well: ["正常", "Well"],
  fails_checks: ["健康检查失败", "Fails its checks"],
  ejected: ["连续出错，暂时摘除", "Taken out for a while after failures"],
  unresolved: ["地址无法解析", "Its name cannot be resolved"],
});

const t = texts({
  well: ["上游正常", "Upstreams well"],
  ill: (ill: number, all: number) => [`${all} 个上游中 ${ill} 个异常`, `${ill} of ${all} upstreams ailing`],
  of: (address: string, health: string) => [`${address}：${health}`, `${address}: ${health}`],
});

/** How the upstreams of all applications are, as this node sees them. */
function useUpstreams(): UpstreamSeen[] {
  const { data } = useQuery({
    queryKey: ["upstreams"],
    queryFn: () => told(api.GET("/upstreams")),
    refetchInterval: 15_000,
  });
  return data?.items ?? [];
}

/** Whether an application's upstreams are well, in a word. */
export function UpstreamHealth({ application }: { application: string }) {
  const seen = useUpstreams().filter((upstream) => upstream.application === application);
  if (seen.length === 0) return null;
  const ill = seen.filter(({ health }) => health !== "well");
  const lines = seen.map(({ address, health }) => <div key={address}>{t.of(address, HEALTH[health])}</div>);
  return (
    <Tooltip title={<Flex vertical>{lines}</Flex>}>
      <Tag color={ill.length === 0 ? "success" : "error"} tabIndex={0} style={{ alignSelf: "center" }}>
        {ill.length === 0 ? t.well : t.ill(ill.length, seen.length)}
      </Tag>
    </Tooltip>
  );
}
