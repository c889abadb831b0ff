import { DownloadOutlined } from "@ant-design/icons";
import { Alert, Button, Tag, Typography } from "antd";
import { Link } from "react-router";

import { api, told } from "../../api/client";
import { usePages } from "../../api/paging";
import type { Managed } from "../../api/schema";
import { texts } from "../../language/texts";
import { CursorTable } from "../../parts/CursorTable";
import { download } from "../../parts/download";
import { Nothing } from "../../parts/Nothing";
import { PageHeader } from "../../parts/PageHeader";
import { TimeText } from "../../parts/TimeText";
import { useAction } from "../../parts/useAction";
import { targetName } from "../audit/words";

const t = texts({
  title: ["配置即代码", "Configuration as code"],
  lead: [
    "由文件应用的对象。在控制台中改动它们会与文件不一致，下次应用时会被文件覆盖。",
    "What was applied from files. A change made here departs from the files, and the next apply undoes it.",
  ],
  export: ["导出为 YAML", "Export as YAML"],
  exported: ["已导出", "Exported"],
  kind: ["类型", "Kind"],
  name: ["文件中的名称", "Name in the files"],
  applied: ["上次应用", "Last applied"],
  state: ["状态", "State"],
  same: ["与文件一致", "As in the files"],
  drifted: ["已偏离", "Drifted"],
  drift: (n: number) => [
    `${n} 个对象在应用之后被手动修改或删除。可运行 gatehouse diff 查看差异，或 gatehouse apply 恢复。`,
    `${n} ${n === 1 ? "object was" : "objects were"} changed or removed by hand since. “gatehouse diff” shows how; “gatehouse apply” makes it as the files say.`,
  ],
  none: ["没有由文件管理的对象", "Nothing is managed by files"],
  noneHint: [
    "用“gatehouse export”把现有配置写成 YAML 文件，纳入版本管理，再用“gatehouse apply”应用。",
    "Write what there is as YAML files with “gatehouse export”, keep them in version control, and apply them with “gatehouse apply”.",
  ],
});

const PLACES: Readonly<Record<string, string>> = {
  group: "/groups/",
  ip_list: "/ip-lists/",
  application: "/applications/",
};

/** What is managed by files, and what has departed from them. */
export default function Configuration() {
  const { act } = useAction();
  const pages = usePages(["configuration", "managed"], () => told(api.GET("/configuration/managed")));
  const drifted = pages.items.filter((one) => one.drifted).length;
  const save = () =>
    act(async () => {
      const { files } = await told(api.GET("/configuration"));
      const text = files.map(({ name, text }) => `# ${name}\n${text}`).join("---\n");
      download("gatehouse.yaml", text, "application/yaml");
    }, t.exported);
  return (
    <>
      <PageHeader title={t.title} lead={t.lead}>
        <Button icon={<DownloadOutlined />} onClick={() => void save()}>
          {t.export}
        </Button>
      </PageHeader>
      {drifted > 0 && <Alert type="warning" showIcon title={t.drift(drifted)} style={{ marginBottom: 16 }} />}
      <CursorTable<Managed>
        pages={pages}
        rowKey={({ kind, name }) => `${kind}:${name}`}
        nothing={<Nothing title={t.none} hint={t.noneHint} />}
        columns={[
          { title: t.kind, dataIndex: "kind", render: (kind: string) => targetName(kind) },
          { title: t.name, key: "name", render: (_, one) => <Name managed={one} /> },
          { title: t.applied, dataIndex: "applied_at", render: (at: number) => <TimeText at={at} /> },
          {
            title: t.state,
            dataIndex: "drifted",
            render: (drifted: boolean) =>
              drifted ? <Tag color="warning">{t.drifted}</Tag> : <Tag color="success">{t.same}</Tag>,
          },
        ]}
      />
    </>
  );
}

function Name({ managed: { kind, name, id } }: { managed: Managed }) {
  const place = PLACES[kind];
  if (place && id) return <Link to={`${place}${id}`}>{name}</Link>;
  return <Typography.Text>{name || targetName(kind)}</Typography.Text>;
}
