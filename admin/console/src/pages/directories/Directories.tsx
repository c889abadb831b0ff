import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, type TableProps, Typography } from "antd";
import { Link, useNavigate } from "react-router";

import { useMay } from "../../api/caller";
import { directoriesQuery } from "../../api/directories";
import type { Directory } from "../../api/schema";
import { Failed } from "../../parts/Failed";
import { Loading } from "../../parts/Loading";
import { Nothing } from "../../parts/Nothing";
import { PageHeader } from "../../parts/PageHeader";
import { PlainTable } from "../../parts/PlainTable";
import { TimeText } from "../../parts/TimeText";
import { DirectoryMenu } from "./DirectoryButtons";
import { DirectoryState } from "./DirectoryState";
import { kindOf } from "./kinds";
import { isPaused } from "./useDirectoryDeeds";
import { t, USES } from "./words";

/** The directories that are connected. */
export default function Directories() {
  const may = useMay();
  const go = useNavigate();
  const { data, error, refetch } = useQuery({ ...directoriesQuery, refetchInterval: 30_000 });
  const connect = may("directories:create") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => void go("/directories/new")}>
      {t.connect}
    </Button>
  );
  return (
    <>
      <PageHeader title={t.title} lead={t.lead}>
        {connect}
      </PageHeader>
      {error && !data ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : (
        <Card styles={{ body: { padding: 0 } }}>
          {data.items.length === 0 ? (
            <Nothing title={t.none} hint={t.noneHint} action={connect} />
          ) : (
            <PlainTable<Directory> rowKey="id" dataSource={data.items} columns={columns(may("sync_runs:read"))} />
          )}
        </Card>
      )}
    </>
  );
}

function columns(maySeeConflicts: boolean): TableProps<Directory>["columns"] {
  return [
    {
      title: t.name,
      key: "name",
      render: (_, { id, name, source, used_for }) => (
        <div style={{ lineHeight: 1.4 }}>
          <Link to={`/directories/${id}`}>{name}</Link>
          <Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>
            {`${kindOf(source.kind)?.title ?? source.kind} · ${USES[used_for]}`}
          </Typography.Text>
        </div>
      ),
    },
    { title: t.state, key: "state", render: (_, directory) => <DirectoryState directory={directory} /> },
    { title: t.people, dataIndex: "people", align: "right" },
    {
      title: t.conflicts,
      key: "conflicts",
      align: "right",
      render: (_, { id, conflicts }) =>
        conflicts > 0 && maySeeConflicts ? <Link to={`/directories/${id}/conflicts`}>{conflicts}</Link> : conflicts,
    },
    {
      title: t.syncedAt,
      key: "synced_at",
      render: (_, { synced_at }) => (synced_at ? <TimeText at={synced_at} /> : t.never),
    },
    { title: t.nextRun, key: "next_run_at", render: (_, directory) => <Next directory={directory} /> },
    { key: "more", align: "right", render: (_, directory) => <DirectoryMenu directory={directory} isPlain /> },
  ];
}

function Next({ directory }: { directory: Directory }) {
  if (directory.next_run_at) return <TimeText at={directory.next_run_at} />;
  if (isPaused(directory)) return <Typography.Text type="warning">{t.paused}</Typography.Text>;
  return directory.enabled && directory.used_for !== "sign_in" ? t.byHand : "–";
}
