import { Descriptions, Flex, Tag, Typography } from "antd";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { useMay } from "../../../api/caller";
import type { Member } from "../../../api/schema";
import { TimeText } from "../../../parts/TimeText";
import { t } from "../words";
import { MemberRoles } from "./MemberRoles";

/** Who somebody is, and what they belong to. */
export function MemberFacts({ member }: { member: Member }) {
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
    [t.groups]: <Tags of={member.groups} to={may("groups:read") ? (id) => `/groups/${id}` : undefined} />,
    [t.roles]: <MemberRoles member={member} />,
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
