import { Select, Tag, Typography } from "antd";
import { useState } from "react";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { usePages } from "../../api/paging";
import type { Channel, MessageKind, MessageState, SentMessage } from "../../api/schema";
import { texts } from "../../language/texts";
import { MemberChooser } from "../../parts/choosers";
import { CursorTable } from "../../parts/CursorTable";
import { Nothing } from "../../parts/Nothing";
import { TimeText } from "../../parts/TimeText";
import { WithGuestTag } from "../../parts/WithGuestTag";
import { channelName, KINDS, t as words } from "./words";

const t = texts({
  channel: ["渠道", "By"],
  allChannels: ["全部渠道", "Mail and SMS"],
  allStates: ["全部状态", "Each state"],
  at: ["时间", "Time"],
  recipient: ["收件人", "To"],
  kind: ["内容", "About"],
  state: ["状态", "State"],
  attempts: ["尝试次数", "Tries"],
  member: ["成员", "Member"],
  finding: ["结果", "What came of it"],
  waiting: ["等待发送", "Waiting"],
  sent: ["已发送", "Sent"],
  failed: ["失败", "Failed"],
  none: ["没有发送记录", "Nothing was sent"],
  noneHint: ["发出的消息会在这里保留 90 天。", "What is sent is listed here for 90 days."],
  next: ["下次尝试：", "Next try: "],
});

const COLOURS: Record<MessageState, string> = { waiting: "processing", sent: "success", failed: "error" };

/** What has gone out to whom, and what came of it. */
export function SentMessages() {
  const [channel, setChannel] = useState<Channel>();
  const [state, setState] = useState<MessageState>();
  const [member, setMember] = useState<string>();
  const may = useMay();
  const pages = usePages(["messages", channel, state, member], (after) =>
    told(api.GET("/messages", { params: { query: { channel, state, member, after } } })),
  );
  return (
    <CursorTable<SentMessage>
      pages={pages}
      rowKey="id"
      nothing={<Nothing title={t.none} hint={t.noneHint} />}
      filters={
        <>
          <Select
            allowClear
            aria-label={t.channel}
            placeholder={t.allChannels}
            value={channel}
            onChange={setChannel}
            style={{ width: 140 }}
            options={[
              { value: "mail", label: words.mail },
              { value: "sms", label: words.sms },
            ]}
          />
          <Select
            allowClear
            aria-label={t.state}
            placeholder={t.allStates}
            value={state}
            onChange={setState}
            style={{ width: 140 }}
            options={(["waiting", "sent", "failed"] as const).map((value) => ({ value, label: t[value] }))}
          />
          {may("members:read") && (
            <MemberChooser
              allowClear
              aria-label={t.member}
              placeholder={t.member}
              value={member}
              onChange={(chosen) => setMember(chosen ? String(chosen) : undefined)}
              style={{ width: 220 }}
            />
          )}
        </>
      }
      columns={[
        { title: t.at, dataIndex: "created_at", render: (at: number) => <TimeText at={at} /> },
        { title: t.channel, dataIndex: "channel", render: channelName },
        {
          title: t.recipient,
          dataIndex: "recipient",
          render: (name: string, { guest }) => <WithGuestTag name={name} isGuest={guest} />,
        },
        { title: t.kind, dataIndex: "kind", render: (kind: MessageKind) => KINDS[kind] },
        {
          title: t.state,
          dataIndex: "state",
          render: (state: MessageState) => <Tag color={COLOURS[state]}>{t[state]}</Tag>,
        },
        { title: t.attempts, dataIndex: "attempts", align: "right" },
        {
          title: t.finding,
          key: "finding",
          render: (_, message) => (
            <div style={{ maxWidth: 420 }}>
              {message.finding}
              {message.next_at && (
                <Typography.Text type="secondary" style={{ display: "block" }}>
                  {t.next}
                  <TimeText at={message.next_at} />
                </Typography.Text>
              )}
            </div>
          ),
        },
      ]}
    />
  );
}
