import { EditOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Descriptions, Drawer, Flex, Grid, Tag, Typography } from "antd";
import { useState } from "react";

import { useMay } from "../../api/caller";
import { api, versioned } from "../../api/client";
import type { Member } from "../../api/schema";
import { Failed } from "../../parts/Failed";
import { Loading } from "../../parts/Loading";
import { TimeText } from "../../parts/TimeText";
import { MemberActions } from "./MemberActions";
import { MemberForm } from "./MemberForm";
import { MemberRoles } from "./MemberRoles";
import { MemberSignIns } from "./MemberSignIns";
import { StatusTag } from "./MemberTable";
import { t } from "./words";

/** One person: who they are, what they hold, where they are signed in, and what can be done. */
export function MemberDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const may = useMay();
  const isWide = Grid.useBreakpoint().md ?? true;
  const [isEditing, setEditing] = useState(false);
  const { data, error } = useQuery({
    queryKey: ["members", id],
    queryFn: () => versioned(api.GET("/members/{id}", { params: { path: { id } } })),
  });
  const member = data?.value;
  return (
    <Drawer
      open
      size={isWide ? 640 : "100%"}
      onClose={onClose}
      title={member?.display_name ?? "…"}
      extra={
        may("members:change") && (
          <Button icon={<EditOutlined />} disabled={!data} onClick={() => setEditing(true)}>
            {t.edit}
          </Button>
        )
      }
    >
      {error ? <Failed error={error} /> : !member && <Loading />}
      {member && (
        <Flex vertical gap={24}>
          <Facts member={member} />
          <MemberActions member={member} onGone={onClose} />
          <MemberRoles member={member} />
          {may("sessions:read") && <MemberSignIns id={id} />}
        </Flex>
      )}
      {isEditing && data && <MemberForm member={data} onClose={() => setEditing(false)} />}
    </Drawer>
  );
}

function Facts({ member }: { member: Member }) {
  const names = (things: { id: string; name: string }[]) =>
    things.length > 0 ? things.map(({ id, name }) => <Tag key={id}>{name}</Tag>) : "–";
  const rows = {
    [t.status]: (
      <>
        <StatusTag status={member.status} />
        {member.kind === "guest" && <Tag>{t.guest}</Tag>}
      </>
    ),
    [t.username]: <Typography.Text copyable>{member.username}</Typography.Text>,
    [t.email]: member.email ?? "–",
    [t.mobile]: member.mobile ?? "–",
    [t.number]: member.employee_number ?? "–",
    [t.departments]: names(member.departments),
    [t.groups]: names(member.groups),
    [t.created]: <TimeText at={member.created_at} />,
  };
  return (
    <Descriptions
      column={1}
      size="small"
      bordered
      styles={{ label: { width: 140 } }}
      items={Object.entries(rows).map(([label, children]) => ({ key: label, label, children }))}
    />
  );
}
