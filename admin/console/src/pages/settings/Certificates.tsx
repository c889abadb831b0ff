import { PlusOutlined, ReloadOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Flex, Tag, Tooltip, Typography } from "antd";
import { useState } from "react";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import type { Certificate, CertificateSeen } from "../../api/schema";
import { listed } from "../../language/texts";
import { Failed } from "../../parts/Failed";
import { PlainTable } from "../../parts/PlainTable";
import { TimeText, timeText } from "../../parts/TimeText";
import { useAction } from "../../parts/useAction";
import { CertificateForm } from "./CertificateForm";
import { t } from "./certificateWords";

const SOON = 30 * 86_400_000;
/** How often it is asked whether this node has taken over what was uploaded or removed. */
const AGAIN = 2000;
/** For how long: what it has not taken over by then is what it cannot use. */
const PATIENCE = 60_000;

type Row = Pick<Certificate, "names" | "issuer" | "not_after"> & {
  key: string;
  /** Of one that was uploaded. */
  id?: string;
  /** Of one from files. */
  file?: string;
  listener: string;
  /** `unknown` to those who may not see what the node serves. */
  state: "served" | "superseded" | "unseen" | "unknown";
};

/** The certificates of this node: those that were uploaded for all nodes, and those of its files. */
export function Certificates() {
  const may = useMay();
  const queries = useQueryClient();
  const { act, ask } = useAction();
  const [isNew, setNew] = useState(false);
  const uploads = useQuery({
    queryKey: ["certificates"],
    queryFn: () => told(api.GET("/certificates")),
    enabled: may("certificates:read"),
  });
  const seen = useQuery({
    queryKey: ["node", "certificates"],
    queryFn: () => told(api.GET("/node/certificates")),
    enabled: may("node:read"),
    refetchInterval: ({ state }) => {
      const isFresh = Date.now() - uploads.dataUpdatedAt < PATIENCE;
      return isFresh && isBehind(uploads.data?.items ?? [], state.data?.items ?? []) && AGAIN;
    },
  });
  const reload = () => act(() => told(api.POST("/node/certificates/reload")), t.reloaded);
  const remove = ({ id = "", names, issuer, not_after }: Row) => {
    // Of one host there may be several: which one goes is told by who signed it and when it ends.
    const content = `${t.removeWhich(issuer, timeText(not_after))}\n\n${t.removeText}`;
    const title = t.removeTitle(listed(names));
    ask(
      { title, content: <div style={{ whiteSpace: "pre-line" }}>{content}</div>, okText: t.remove, isDanger: true },
      () => told(api.DELETE("/certificates/{id}", { params: { path: { id } } })),
    );
  };
  const error = uploads.error ?? seen.error;
  const again = () => void queries.refetchQueries({ predicate: ({ state }) => state.status === "error" });
  return (
    <Card
      title={t.certificates}
      styles={{ body: { padding: 0 } }}
      extra={
        <Flex gap={8} wrap justify="flex-end">
          {may("certificates:change") && (
            <Button icon={<ReloadOutlined />} onClick={() => void reload()}>
              {t.reload}
            </Button>
          )}
          {may("certificates:create") && (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew(true)}>
              {t.upload}
            </Button>
          )}
        </Flex>
      }
    >
      <Typography.Paragraph type="secondary" style={{ padding: "12px 24px", margin: 0 }}>
        {t.hint}
      </Typography.Paragraph>
      {error && <Failed error={error} onRetry={again} />}
      {(may("certificates:read") || may("node:read")) && (
        <CertificateTable
          rows={rowsOf(uploads.data?.items ?? [], seen.data?.items)}
          isLoading={uploads.isLoading || seen.isLoading}
          now={Math.max(seen.dataUpdatedAt, uploads.dataUpdatedAt)}
          remove={may("certificates:remove") ? remove : undefined}
        />
      )}
      {isNew && (
        <CertificateForm
          onClose={() => {
            setNew(false);
            void queries.invalidateQueries();
          }}
        />
      )}
    </Card>
  );
}

type TableProps = { rows: Row[]; isLoading: boolean; now: number; remove?: (row: Row) => void };

function CertificateTable({ rows, isLoading, now, remove }: TableProps) {
  return (
    <PlainTable<Row>
      rowKey="key"
      dataSource={rows}
      loading={isLoading}
      locale={{ emptyText: isLoading ? " " : <Typography.Text type="secondary">{t.none}</Typography.Text> }}
      columns={[
        {
          title: t.names,
          dataIndex: "names",
          render: (names: string[]) => <span className="names">{listed(names)}</span>,
        },
        {
          title: t.expires,
          dataIndex: "not_after",
          render: (at: number, { state }) => (
            <>
              <TimeText at={at} /> <ExpiryTag at={at} now={now} /> <StateTag state={state} />
            </>
          ),
        },
        { title: t.source, key: "source", render: (_, row) => <Source file={row.file} /> },
        { title: t.issuer, dataIndex: "issuer" },
        { title: t.listener, dataIndex: "listener", className: "mono" },
        {
          key: "remove",
          align: "right",
          render: (_, row) =>
            row.id &&
            remove && (
              <Button size="small" danger onClick={() => remove(row)}>
                {t.remove}
              </Button>
            ),
        },
      ]}
    />
  );
}

function ExpiryTag({ at, now }: { at: number; now: number }) {
  if (at < now) return <Tag color="error">{t.expired}</Tag>;
  return at - now < SOON && <Tag color="warning">{t.soon}</Tag>;
}

function StateTag({ state }: Pick<Row, "state">) {
  if (state === "served" || state === "unknown") return null;
  const [text, hint] = state === "unseen" ? [t.unseen, t.unseenHint] : [t.superseded, t.supersededHint];
  return (
    <Tooltip title={hint}>
      <Tag tabIndex={0}>{text}</Tag>
    </Tooltip>
  );
}

function Source({ file }: Pick<Row, "file">) {
  if (file === undefined) return <Tag color="blue">{t.uploaded}</Tag>;
  return (
    <>
      <Tag>{t.readOnly}</Tag>
      <span className="mono">{file}</span>
    </>
  );
}

/** Whether the node has yet to take something over, or to let it go. */
function isBehind(uploads: Certificate[], seen: CertificateSeen[]) {
  const ids = uploads.map(({ id }) => id);
  const here = seen.flatMap(({ upload }) => upload ?? []);
  return ids.some((id) => !here.includes(id)) || here.some((id) => !ids.includes(id));
}

/** The uploads, as far as this node is known to have taken them over, and then what it has from files. */
function rowsOf(uploads: Certificate[], seen: CertificateSeen[] | undefined): Row[] {
  const stateOf = (id: string): Row["state"] => {
    if (!seen) return "unknown";
    const here = seen.filter(({ upload }) => upload === id);
    if (here.length === 0) return "unseen";
    return here.every(({ superseded }) => superseded) ? "superseded" : "served";
  };
  const uploaded = uploads.map(({ id, names, issuer, not_after }): Row => {
    return { key: id, id, names, issuer, not_after, listener: t.everywhere, state: stateOf(id) };
  });
  const files = (seen ?? []).flatMap(({ file, listener, names, issuer, not_after, superseded }): Row[] => {
    if (!file) return [];
    const state = superseded ? "superseded" : "served";
    return [{ key: `${listener} ${file}`, file, listener, names, issuer, not_after, state }];
  });
  return [...uploaded, ...files];
}
