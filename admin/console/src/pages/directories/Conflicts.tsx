import { useQuery } from "@tanstack/react-query";
import { Button, Checkbox, Flex, Form, Tag, Typography } from "antd";
import { useState } from "react";
import { useParams } from "react-router";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { readDirectory } from "../../api/directories";
import { usePages } from "../../api/paging";
import type { ConflictDecision, SyncConflict } from "../../api/schema";
import { texts } from "../../language/texts";
import { MemberChooser } from "../../parts/choosers";
import { CursorTable } from "../../parts/CursorTable";
import { FormDrawer } from "../../parts/FormDrawer";
import { useFilter } from "../../parts/log/useFilter";
import { MemberName } from "../../parts/MemberName";
import { Nothing } from "../../parts/Nothing";
import { PageHeader } from "../../parts/PageHeader";
import { TimeText } from "../../parts/TimeText";
import { useAction } from "../../parts/useAction";
import { changedFields } from "../sync-runs/fields";
import { reasonText } from "../sync-runs/words";

const t = texts({
  title: ["冲突", "Conflicts"],
  lead: [
    "目录中的这些条目无法自动判断是谁。关联到已有成员、忽略，或在目录中修改后重新考虑。",
    "Nobody but an administrator can say who these entries of the directory are. Link one to a member, ignore it, or have it reconsidered once the directory says something else.",
  ],
  entry: ["目录条目", "Entry of the directory"],
  reason: ["原因", "Why"],
  candidate: ["可能是", "It could be"],
  found: ["发现时间", "Found"],
  ignored: ["已忽略", "Ignored"],
  withIgnored: ["包括已忽略的", "Ignored ones, too"],
  none: ["没有冲突", "There are no conflicts"],
  noneHint: ["目录中的每个条目都已确定是谁。", "It is known of each entry who it is."],
  link: ["关联", "Link"],
  linkTo: (name: string) => [`关联到 ${name}`, `Link to ${name}`],
  linkTitle: (entry: string, member: string) => [`将“${entry}”关联到 ${member}？`, `Link “${entry}” to ${member}?`],
  linkText: [
    "从下次同步起，由目录决定此成员的姓名、邮箱、部门以及是否可以登录。",
    "From the next run on, the directory says who this member is: the name, mail address, departments, and whether they can sign in.",
  ],
  handOver: (name: string) => [`从“${name}”移交`, `Hand over from “${name}”`],
  handOverTitle: (member: string, to: string) => [`将 ${member} 移交给“${to}”？`, `Hand ${member} over to “${to}”?`],
  handOverText: (from: string) => [
    `从下次同步起，由本目录而非“${from}”决定此成员的姓名、邮箱、部门以及是否可以登录；“${from}”的数据将作为冲突等待处理。`,
    `From the next run on, this directory and no longer “${from}” says who this member is and whether they can sign in. What “${from}” says waits as a conflict.`,
  ],
  from: (source: string) => [`来自“${source}”`, `From “${source}”`],
  other: ["关联到其他成员…", "Link to another…"],
  otherTitle: (entry: string) => [`将“${entry}”关联到`, `Link “${entry}” to`],
  member: ["成员", "Member"],
  ignore: ["忽略", "Ignore"],
  ignoreTitle: (entry: string) => [`忽略“${entry}”？`, `Ignore “${entry}”?`],
  ignoreText: [
    "它不对应任何成员，之后的同步不再提示；可以随时重新考虑。",
    "It is nobody of ours, and later runs ask no more. It can be reconsidered at any time.",
  ],
  reconsider: ["重新考虑", "Reconsider"],
  reconsiderTitle: (entry: string) => [`重新考虑“${entry}”？`, `Reconsider “${entry}”?`],
  reconsiderText: ["下次同步会重新判断它是谁。", "The next run looks at it again."],
});

/** The entries of a directory that wait for somebody to say who they are. */
export default function Conflicts() {
  const { id = "" } = useParams();
  const may = useMay();
  const [filter, narrow] = useFilter<{ ignored?: string }>();
  const [linked, setLinked] = useState<SyncConflict>();
  const { data } = useQuery({
    queryKey: ["directories", id],
    queryFn: () => readDirectory(id),
    enabled: may("directories:read"),
  });
  const ignored = filter.ignored === "true";
  const pages = usePages(["directories", id, "conflicts", ignored], (after) =>
    told(api.GET("/directories/{id}/conflicts", { params: { path: { id }, query: { ignored, after } } })),
  );
  const name = data?.value.name;
  return (
    <>
      <PageHeader
        title={name ? `${t.title} · ${name}` : t.title}
        lead={t.lead}
        back={{ to: `/directories/${id}`, title: name ?? "…" }}
      />
      <CursorTable<SyncConflict>
        pages={pages}
        rowKey="key"
        nothing={<Nothing title={t.none} hint={t.noneHint} />}
        filters={
          <Checkbox
            checked={ignored}
            onChange={({ target }) => narrow({ ignored: target.checked ? "true" : undefined })}
          >
            {t.withIgnored}
          </Checkbox>
        }
        columns={[
          { title: t.entry, key: "entry", render: (_, conflict) => <Entry conflict={conflict} /> },
          {
            title: t.reason,
            key: "reason",
            render: (_, { reason }) => <div style={{ maxWidth: 320, minWidth: 180 }}>{reasonText(reason)}</div>,
          },
          {
            title: t.candidate,
            key: "candidate",
            render: (_, { candidate }) =>
              candidate ? (
                <>
                  <MemberName id={candidate.id} />
                  <Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>
                    {candidate.username}
                    {candidate.source && ` · ${t.from(candidate.source)}`}
                  </Typography.Text>
                </>
              ) : (
                "–"
              ),
          },
          { title: t.found, dataIndex: "found_at", render: (at: number) => <TimeText at={at} /> },
          {
            key: "deeds",
            render: (_, conflict) => <Deeds directory={id} name={name ?? ""} conflict={conflict} onLink={setLinked} />,
          },
        ]}
      />
      {linked && <LinkForm directory={id} conflict={linked} onClose={() => setLinked(undefined)} />}
    </>
  );
}

/** What the directory says of somebody. */
function Entry({ conflict: { key, name, entry, ignored } }: { conflict: SyncConflict }) {
  const facts = changedFields(null, entry).filter(
    ({ field }) => field === "username" || field === "email" || field === "mobile" || field === "employee_number",
  );
  return (
    <div style={{ maxWidth: 340, overflowWrap: "anywhere" }}>
      <Typography.Text strong>{name}</Typography.Text> {ignored && <Tag>{t.ignored}</Tag>}
      {facts.map(({ field, label, after }) => (
        <div key={field} style={{ fontSize: 12 }}>
          <Typography.Text type="secondary">{label} </Typography.Text>
          {after}
        </div>
      ))}
      <Typography.Text type="secondary" className="mono" copyable style={{ fontSize: 12 }}>
        {key}
      </Typography.Text>
    </div>
  );
}

function decide(directory: string, key: string, decision: ConflictDecision) {
  const params = { path: { id: directory } };
  return told(api.POST("/directories/{id}/conflicts/decide", { params, body: { key, decision } }));
}

type DeedsProps = {
  directory: string;
  /** What the directory is called. */
  name: string;
  conflict: SyncConflict;
  onLink: (conflict: SyncConflict) => void;
};

function Deeds({ directory, name: called, conflict, onLink }: DeedsProps) {
  const { key, name, candidate, ignored } = conflict;
  const may = useMay();
  const { ask } = useAction();
  if (!may("sync_runs:change")) return null;
  const mayLink = may("directories:change") && may("members:change");
  const link = (member: string, memberName: string) =>
    ask({ title: t.linkTitle(name, memberName), content: t.linkText, okText: t.link }, () =>
      decide(directory, key, { kind: "link", member }),
    );
  const source = candidate?.source && candidate.source !== called ? candidate.source : undefined;
  const handOver = (member: string, memberName: string, from: string) =>
    ask({ title: t.handOverTitle(memberName, called), content: t.handOverText(from), okText: t.handOver(from) }, () =>
      decide(directory, key, { kind: "hand_over", member }),
    );
  const ignore = () =>
    ask({ title: t.ignoreTitle(name), content: t.ignoreText, okText: t.ignore }, () =>
      decide(directory, key, { kind: "ignore" }),
    );
  const reconsider = () =>
    ask({ title: t.reconsiderTitle(name), content: t.reconsiderText, okText: t.reconsider }, () =>
      decide(directory, key, { kind: "reconsider" }),
    );
  return (
    <Flex gap={8} wrap style={{ maxWidth: 360 }}>
      {mayLink && candidate && source && (
        <Button size="small" type="primary" onClick={() => handOver(candidate.id, candidate.display_name, source)}>
          {t.handOver(source)}
        </Button>
      )}
      {mayLink && candidate && !source && (
        <Button size="small" type="primary" onClick={() => link(candidate.id, candidate.display_name)}>
          {t.linkTo(candidate.display_name)}
        </Button>
      )}
      {mayLink && (
        <Button size="small" onClick={() => onLink(conflict)}>
          {t.other}
        </Button>
      )}
      {ignored ? (
        <Button size="small" onClick={reconsider}>
          {t.reconsider}
        </Button>
      ) : (
        <Button size="small" onClick={ignore}>
          {t.ignore}
        </Button>
      )}
    </Flex>
  );
}

type LinkProps = { directory: string; conflict: SyncConflict; onClose: () => void };

/** Another member than the one it could be. */
function LinkForm({ directory, conflict: { key, name }, onClose }: LinkProps) {
  const { act } = useAction();
  return (
    <FormDrawer<{ member?: string }>
      title={t.otherTitle(name)}
      initial={{}}
      saveText={t.link}
      onClose={(done) => {
        onClose();
        // What is listed is read again.
        if (done) void act(async () => undefined);
      }}
      send={({ member = "" }) => decide(directory, key, { kind: "link", member })}
    >
      <Typography.Paragraph>{t.linkText}</Typography.Paragraph>
      <Form.Item name="member" label={t.member} rules={[{ required: true }]}>
        <MemberChooser />
      </Form.Item>
    </FormDrawer>
  );
}
