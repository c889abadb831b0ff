import { Descriptions, Flex, Tag, Typography } from "antd";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { useMay } from "../../../api/caller";
import type { MemberDetail } from "../../../api/schema";
import { TimeText } from "../../../parts/TimeText";
import { ManagerTags } from "../managers/ManagerTags";
import { t } from "../words";
import { MemberRoles } from "./MemberRoles";

/** Who somebody is, and what they belong to. */
export function MemberFacts({ member }: { member: MemberDetail }) {
  const may = useMay();
  const rows: Record<string, ReactNode> = {
    [t.username]: <Typography.Text copyable>{member.username}</Typography.Text>,
    [t.kind]: member.kind === "guest" ? t.guest : t.member,
    [t.email]: member.email ? (
      <Flex gap={8} wrap>
        <Typography.Text copyable>{member.email}</Typography.Text>
        {member.email_verified && <Tag color="success">{t.verifiedTag}</Tag>}
      </Flex>
    ) : (
      "–"
    ),
    [t.mobile]: member.mobile ? <Typography.Text copyable>{member.mobile}</Typography.Text> : "–",
    [t.number]: member.employee_number ?? "–",
    [t.departments]: (
      <Tags of={member.departments} to={may("departments:read") ? (id) => `/members?department=${id}` : undefined} />
    ),
    [t.manager]: <ManagerTags of={{ kind: "member", id: member.id, name: member.display_name }} />,
    [t.groups]: <Tags of={member.groups} to={may("groups:read") ? (id) => `/groups/${id}` : undefined} />,
    [t.roles]: <MemberRoles member={member} />,
    [t.lastSignIn]: member.last_sign_in_at ? <TimeText at={member.last_sign_in_at} /> : t.never,
    [t.password]: member.has_password ? t.isSet : t.notSet,
    [t.secondFactor]: member.has_second_factor ? <Tag color="success">{t.isOn}</Tag> : <Tag>{t.isOff}</Tag>,
    [t.source]: member.source ?? t.here,
    [t.created]: <TimeText at={member.created_at} />,
    [t.updated]: <TimeText at={member.updated_at} />,
  };
  const items = Object.entries(rows).map(([label, children]) => ({ key: label, label, children }));
  return <Descriptions column={1} bordered size="small" styles={{ label: { width: 132 } }} items={items} />;
}

function Tags({ of, to }: { of: { id: string; name: string }[]; to: ((id: string) => string) | undefined }) {
  if (of.length === 0) return "–";
  return (
    <Flex gap={4} wrap>
      {of.map(({ id, name }) => (
        <Tag key={id}>{to ? <Link to={to(id)}>{name}</Link> : name}</Tag>
      ))}
    </Flex>
  );
}
