import { DownloadOutlined } from "@ant-design/icons";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Skeleton, Tag, Typography } from "antd";

import { PlainTable } from "../../parts/PlainTable";
import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import type { Written } from "../../api/schema";
import { texts } from "../../language/texts";
import { PageHeader } from "../../parts/PageHeader";
import { Certificates } from "./Certificates";

const t = texts({
  title: ["系统设置", "Settings"],
  lead: [
    "这个节点的运行方式。写在文件或环境变量中的内容只能在那里修改。",
    "How this node runs. What stands in its file or environment is changed there, and only there.",
  ],
  written: ["文件与环境变量", "File and environment"],
  readOnly: ["只读", "Read only"],
  key: ["设置项", "Setting"],
  value: ["值", "Value"],
  source: ["来源", "Stands in"],
  secret: ["已设置（不显示）", "set (not shown)"],
  settingsFile: ["设置文件", "Settings file"],
  data: ["数据目录", "Data folder"],
  backup: ["备份", "Backup"],
  backupHint: [
    "下载内置数据库的完整副本，运行中也可以。主密钥不在其中，须另行备份；没有它，副本中的密文无法解开。",
    "A whole copy of the embedded store, taken while it runs. The master key is not in it and must be backed up apart: without it the secrets in the copy cannot be opened.",
  ],
  backupElsewhere: [
    "数据存储在 PostgreSQL 中，请使用 pg_dump 或数据库平台的备份功能。",
    "The store is PostgreSQL: back it up with pg_dump, or as your database is backed up.",
  ],
  backupUnknown: [
    "仅适用于内置数据库；如果数据存储在 PostgreSQL 中，此处无法下载。",
    "Of the embedded store alone: where the store is PostgreSQL, there is none to be had here.",
  ],
  download: ["下载备份", "Download a backup"],
});

/** Each of these finds something among the certificates. */
const CERTIFICATES = ["node:read", "certificates:read", "certificates:create", "certificates:change"];

/** What a node's operator wrote, its certificates, and a backup to take away. */
export default function Settings() {
  const may = useMay();
  return (
    <>
      <PageHeader title={t.title} lead={t.lead} />
      <Flex vertical gap={16}>
        {CERTIFICATES.some(may) && <Certificates />}
        {may("node:read") && <WrittenSettings />}
        {may("backup:read") && <Backup />}
      </Flex>
    </>
  );
}

function WrittenSettings() {
  const { data } = useSuspenseQuery({ queryKey: ["node", "settings"], queryFn: () => told(api.GET("/node/settings")) });
  return (
    <Card title={t.written} extra={<Tag>{t.readOnly}</Tag>} styles={{ body: { padding: 0 } }}>
      <Typography.Paragraph type="secondary" style={{ padding: "12px 24px", margin: 0, overflowWrap: "anywhere" }}>
        {t.settingsFile}: <span className="mono">{data.file}</span> · {t.data}:{" "}
        <span className="mono">{data.data}</span>
      </Typography.Paragraph>
      <PlainTable<Written>
        size="middle"
        rowKey="key"
        dataSource={data.written}
        pagination={false}
        scroll={{ x: "max-content" }}
        columns={[
          { title: t.key, dataIndex: "key", className: "mono" },
          { title: t.value, dataIndex: "value", render: (value?: string | null) => value ?? <Tag>{t.secret}</Tag> },
          { title: t.source, dataIndex: "source", className: "mono" },
        ]}
      />
    </Card>
  );
}

function Backup() {
  const may = useMay();
  const { data, isLoading } = useQuery({
    queryKey: ["overview", 24],
    queryFn: () => told(api.GET("/overview", { params: { query: { hours: 24 } } })),
    enabled: may("overview:read"),
  });
  const engine = data?.store.engine;
  return (
    <Card title={t.backup}>
      {isLoading && <Skeleton active />}
      {engine === "PostgreSQL" && <Alert type="info" showIcon title={t.backupElsewhere} />}
      {!isLoading && engine !== "PostgreSQL" && (
        <>
          <Typography.Paragraph type="secondary">{t.backupHint}</Typography.Paragraph>
          {/* Not everybody who may take a backup is told which store it is. */}
          {!engine && <Typography.Paragraph type="secondary">{t.backupUnknown}</Typography.Paragraph>}
          <Button icon={<DownloadOutlined />} href="/api/v1/node/backup" download>
            {t.download}
          </Button>
        </>
      )}
    </Card>
  );
}
