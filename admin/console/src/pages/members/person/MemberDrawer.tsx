import { DownOutlined, EditOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Drawer, Dropdown, Flex, Grid, Tabs, Tag, Typography } from "antd";
import { useState } from "react";

import { useMay } from "../../../api/caller";
import { api, versioned } from "../../../api/client";
import type { MemberDetail } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { Failed } from "../../../parts/Failed";
import { Loading } from "../../../parts/Loading";
import { PersonAvatar } from "../../../parts/PersonAvatar";
import { StatusTag } from "../StatusTag";
import { t as words } from "../words";
import { MemberFacts } from "./MemberFacts";
import { MemberForm } from "./MemberForm";
import { MemberHistory } from "./MemberHistory";
import { MemberSecurity } from "./MemberSecurity";
import { MemberSignIns } from "./MemberSignIns";
import { useMemberDeeds } from "./useMemberDeeds";

const t = texts({
  profile: ["资料", "Profile"],
  security: ["账号", "Account"],
  devices: (n: number) => [n > 0 ? `设备 (${n})` : "设备", n > 0 ? `Devices (${n})` : "Devices"],
  history: ["登录记录", "History"],
  more: ["更多操作", "More actions"],
});

type Props = { id: string; onClose: () => void };

/** One person: who they are, what they hold, where they are signed in, and what can be done. */
export function MemberDrawer({ id, onClose }: Props) {
  const isWide = Grid.useBreakpoint().md ?? true;
  const { data, error, refetch } = useQuery({
    queryKey: ["members", "one", id],
    queryFn: () => versioned(api.GET("/members/{id}", { params: { path: { id } } })),
  });
  const [isEditing, setEditing] = useState(false);
  const member = data?.value;
  return (
    <Drawer
      open
      size={isWide ? 680 : "100%"}
      onClose={onClose}
      title={member ? <Title member={member} /> : "…"}
      extra={member && <Buttons member={member} onEdit={() => setEditing(true)} onGone={onClose} />}
      styles={{ body: { paddingTop: 8 } }}
    >
      {error ? <Failed error={error} onRetry={() => void refetch()} /> : !member && <Loading />}
      {member && <Parts member={member} onGone={onClose} />}
      {isEditing && data && <MemberForm member={data} onClose={() => setEditing(false)} />}
    </Drawer>
  );
}

function Title({ member }: { member: MemberDetail }) {
  return (
    <Flex gap={12} align="center">
      <PersonAvatar id={member.id} name={member.display_name} size={40} />
      <div style={{ minWidth: 0, lineHeight: 1.4 }}>
        <Typography.Text strong ellipsis style={{ display: "block", fontSize: 16 }}>
          {member.display_name}
        </Typography.Text>
        <span style={{ fontWeight: "normal" }}>
          <StatusTag status={member.status} />
          {member.is_locked && (
            <Tag color="error" style={{ marginInlineStart: 8 }}>
              {words.locked}
            </Tag>
          )}
        </span>
      </div>
    </Flex>
  );
}

function Buttons({ member, onEdit, onGone }: { member: MemberDetail; onEdit: () => void; onGone: () => void }) {
  const may = useMay();
  const { deeds, shown } = useMemberDeeds(member, onGone);
  const items = deeds.map(({ key, title, isDanger, refusal, run }) => ({
    key,
    label: title,
    danger: isDanger,
    disabled: refusal !== undefined,
    title: refusal,
    onClick: run,
  }));
  return (
    <Flex gap={8}>
      {may("members:change") && (
        <Button icon={<EditOutlined />} onClick={onEdit}>
          {words.edit}
        </Button>
      )}
      {items.length > 0 && (
        <Dropdown trigger={["click"]} menu={{ items }}>
          <Button icon={<DownOutlined />} aria-label={t.more} title={t.more} />
        </Dropdown>
      )}
      {shown}
    </Flex>
  );
}

function Parts({ member, onGone }: { member: MemberDetail; onGone: () => void }) {
  const may = useMay();
  const parts = [
    { key: "profile", label: t.profile, children: <MemberFacts member={member} /> },
    { key: "security", label: t.security, children: <MemberSecurity member={member} onGone={onGone} /> },
    may("sessions:read") && {
      key: "devices",
      label: t.devices(member.sign_ins),
      children: <MemberSignIns id={member.id} />,
    },
    may("sign_in_log:read") && { key: "history", label: t.history, children: <MemberHistory id={member.id} /> },
  ];
  return <Tabs items={parts.filter((part) => part !== false)} />;
}
