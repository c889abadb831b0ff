import { DownloadOutlined } from "@ant-design/icons";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Tag, Typography } from "antd";

import { PlainTable } from "../../parts/PlainTable";
import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import type { CertificateSeen, Written } from "../../api/schema";
import { texts } from "../../language/texts";
import { PageHeader } from "../../parts/PageHeader";
import { TimeText } from "../../parts/TimeText";

const t = texts({
  title: ["系统设置", "Settings"],
  lead: [
    "这个节点的运行方式。写在文件或环境变量中的内容只能在那里修改。",
    "How this node runs. What stands in its file or environment is changed there, and only there.",
  ],
  certificates: ["证书", "Certificates"],
  certificatesHint: [
    "文件改变后会自动载入，无需重启。",
    "They are loaded by themselves when their files change, without a restart.",
  ],
  names: ["域名", "Names"],
  issuer: ["签发者", "Issuer"],
  listener: ["监听", "Listener"],
  file: ["文件", "File"],
  expires: ["到期时间", "Expires"],
  expired: ["已过期", "Expired"],
  soon: ["即将到期", "Soon"],
  noCertificates: ["此节点没有使用证书", "This node serves no certificate"],
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
  download: ["下载备份", "Download a backup"],
});

const SOON = 30 * 86_400_000;

/** What a node's operator wrote, its certificates, and a backup to take away. */
export default function Settings() {
  const may = useMay();
  return (
    <>
      <PageHeader title={t.title} lead={t.lead} />
      <Flex vertical gap={16}>
        <Certificates />
        <WrittenSettings />
        {may("backup:read") && <Backup />}
      </Flex>
    </>
  );
}

function Certificates() {
  const { data, dataUpdatedAt: now } = useSuspenseQuery({
    queryKey: ["node", "certificates"],
    queryFn: () => told(api.GET("/node/certificates")),
  });
  return (
    <Card title={t.certificates} styles={{ body: { padding: 0 } }}>
      <Typography.Paragraph type="secondary" style={{ padding: "12px 24px", margin: 0 }}>
        {t.certificatesHint}
      </Typography.Paragraph>
      <PlainTable<CertificateSeen>
        rowKey={({ listener, file }) => `${listener} ${file}`}
        dataSource={data.items}
        pagination={false}
        scroll={{ x: "max-content" }}
        locale={{ emptyText: <Typography.Text type="secondary">{t.noCertificates}</Typography.Text> }}
        columns={[
          {
            title: t.names,
            dataIndex: "names",
            render: (names: string[]) => <span className="names">{names.join(", ")}</span>,
          },
          {
            title: t.expires,
            dataIndex: "not_after",
            render: (at: number) => (
              <>
                <TimeText at={at} />{" "}
                {at < now ? (
                  <Tag color="error">{t.expired}</Tag>
                ) : (
                  at - now < SOON && <Tag color="warning">{t.soon}</Tag>
                )}
              </>
            ),
          },
          { title: t.issuer, dataIndex: "issuer" },
          { title: t.listener, dataIndex: "listener", className: "mono" },
          { title: t.file, dataIndex: "file", className: "mono" },
        ]}
      />
    </Card>
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
  const { data } = useQuery({
    queryKey: ["overview", 24],
    queryFn: () => told(api.GET("/overview", { params: { query: { hours: 24 } } })),
    enabled: may("overview:read"),
  });
  const isElsewhere = data?.store.engine === "PostgreSQL";
  return (
    <Card title={t.backup}>
      {isElsewhere ? (
        <Alert type="info" showIcon title={t.backupElsewhere} />
      ) : (
        <>
          <Typography.Paragraph type="secondary">{t.backupHint}</Typography.Paragraph>
          <Button icon={<DownloadOutlined />} href="/api/v1/node/backup" download>
            {t.download}
          </Button>
        </>
      )}
    </Card>
  );
}
