import { Button, Flex, type TableProps, Tag, Typography } from "antd";
import type { ReactNode } from "react";

import { api, told } from "../../../api/client";
import { usePages } from "../../../api/paging";
import type { Member } from "../../../api/schema";
import { CursorTable } from "../../../parts/CursorTable";
import { Nothing } from "../../../parts/Nothing";
import { PersonAvatar } from "../../../parts/PersonAvatar";
import { roleName } from "../../../parts/roles";
import { StatusTag } from "../StatusTag";
import type { View } from "../view";
import { t } from "../words";
import { Filters, isNarrow } from "./Filters";

type Props = { view: View; onChange: (change: View) => void; create: ReactNode };

/** The people of a department, or everybody; narrowed down, a page at a time. */
export function MemberTable({ view, onChange, create }: Props) {
  const { member: _, ...query } = view;
  const pages = usePages(["members", "list", query], (after) =>
    told(api.GET("/members", { params: { query: { ...query, after } } })),
  );
  const open = (member: Member) => onChange({ member: member.id });
  const nothing = isNarrow(view) ? (
    <Nothing title={t.none} hint={t.noneMore} />
  ) : (
    <Nothing title={t.noneYet} hint={t.noneHint} action={create} />
  );
  return (
    <CursorTable<Member>
      pages={pages}
      rowKey="id"
      onOpen={open}
      nothing={nothing}
      filters={<Filters view={view} onChange={onChange} />}
      columns={columns(open)}
    />
  );
}

function columns(open: (member: Member) => void): TableProps<Member>["columns"] {
  return [
    {
      title: t.name,
      key: "name",
      render: (_, member) => (
        <Flex gap={10} align="center">
          <PersonAvatar id={member.id} name={member.display_name} />
          <div style={{ minWidth: 0, lineHeight: 1.4 }}>
            <Button
              type="link"
              style={{ padding: 0, height: "auto" }}
              onClick={(event) => {
                event.stopPropagation();
                open(member);
              }}
            >
              {member.display_name}
            </Button>
            {member.kind === "guest" && <Tag style={{ marginInlineStart: 8 }}>{t.guest}</Tag>}
            <Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>
              {member.username}
            </Typography.Text>
          </div>
        </Flex>
      ),
    },
    {
      title: t.contact,
      key: "contact",
      render: (_, { email, mobile }) => (
        <div style={{ lineHeight: 1.4 }}>
          {email ?? mobile ?? "–"}
          {email && mobile && (
            <Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>
              {mobile}
            </Typography.Text>
          )}
        </div>
      ),
    },
    {
      title: t.departments,
      dataIndex: "departments",
      render: (departments: Member["departments"]) => departments.map(({ name }) => name).join("、") || "–",
    },
    {
      title: t.roles,
      dataIndex: "roles",
      render: (roles: Member["roles"]) =>
        roles.length === 0
          ? "–"
          : roles.map((role) => (
              <Tag key={role} color="blue">
                {roleName(role)}
              </Tag>
            )),
    },
    { title: t.status, dataIndex: "status", render: (status: string) => <StatusTag status={status} /> },
  ];
}
