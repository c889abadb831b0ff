import { useQuery } from "@tanstack/react-query";
import { Tag, Tooltip } from "antd";
import { Link } from "react-router";

import { useMay } from "../api/caller";
import { api, told } from "../api/client";
import type { Managed } from "../api/schema";
import { texts } from "../language/texts";

const t = texts({
  managed: ["由文件管理", "Managed by files"],
  drifted: ["已偏离文件", "Departs from its file"],
  hint: [
    "此对象由 gatehouse apply 应用。在此修改会与文件不一致，下次应用时会被覆盖。",
    "Applied by “gatehouse apply”. A change made here departs from the file, and the next apply undoes it.",
  ],
});

/** Tells that an object comes from files, and whether it still is as they say. */
export function ManagedMark({ kind, id }: { kind: Managed["kind"]; id?: string }) {
  const may = useMay();
  const { data } = useQuery({
    queryKey: ["configuration", "managed", "all"],
    queryFn: () => told(api.GET("/configuration/managed")),
    enabled: may("configuration:read"),
    staleTime: 60_000,
  });
  const mark = data?.items.find((one) => one.kind === kind && (id === undefined || one.id === id));
  if (!mark) return null;
  return (
    <Tooltip title={t.hint}>
      <Link to="/configuration">
        <Tag color={mark.drifted ? "warning" : "processing"} style={{ alignSelf: "center" }}>
          {mark.drifted ? t.drifted : t.managed}
        </Tag>
      </Link>
    </Tooltip>
  );
}
