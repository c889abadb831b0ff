import { Button, Input, Select, Tag } from "antd";
import { type ReactNode, useState } from "react";

import { api, told } from "../../api/client";
import { usePages } from "../../api/paging";
import type { Member, Role } from "../../api/schema";
import { CursorTable } from "../../parts/CursorTable";
import { Nothing } from "../../parts/Nothing";
import { roleName, ROLES } from "../../parts/roles";
import { type Status, STATUS_COLOURS, STATUSES, t } from "./words";

type Props = { department: string | undefined; title: string; create: ReactNode; onOpen: (id: string) => void };
type Filter = { search?: string; status?: Status; role?: Role };

/** The people of a department and those below it, or everybody. */
export function MemberTable({ department, title, create, onOpen }: Props) {
  const [filter, setFilter] = useState<Filter>({});
  const narrow = (more: Filter) => setFilter({ ...filter, ...more });
  const pages = usePages(["members", department ?? null, filter], (after) =>
    told(api.GET("/members", { params: { query: { ...filter, department, after } } })),
  );
  const isNarrow = Object.values(filter).some((value) => value !== undefined);
  return (
    <CursorTable<Member>
      pages={pages}
      rowKey="id"
      onOpen={(member) => onOpen(member.id)}
      nothing={isNarrow ? <Nothing title={t.none} /> : <Nothing title={t.noneYet} hint={t.noneHint} action={create} />}
      filters={
        <>
          <strong style={{ flexBasis: "100%" }}>{title}</strong>
          <Input.Search
            allowClear
            aria-label={t.search}
            placeholder={t.search}
            style={{ width: 280 }}
            onSearch={(text) => narrow({ search: text.trim() || undefined })}
          />
          <Select<Status>
            allowClear
            aria-label={t.status}
            placeholder={t.status}
            style={{ width: 130 }}
            value={filter.status}
            onChange={(status) => narrow({ status })}
            options={(Object.entries(STATUSES) as [Status, string][]).map(([value, label]) => ({ value, label }))}
          />
          <Select<Role>
            allowClear
            aria-label={t.roles}
            placeholder={t.roles}
            style={{ width: 160 }}
            value={filter.role}
            onChange={(role) => narrow({ role })}
            options={ROLES.map((role) => ({ value: role, label: roleName(role) }))}
          />
        </>
      }
      columns={[
        {
          title: t.name,
          dataIndex: "display_name",
          render: (name: string, member) => (
            <Button type="link" style={{ padding: 0 }} onClick={() => onOpen(member.id)}>
              {name}
            </Button>
          ),
        },
        { title: t.username, dataIndex: "username" },
        { title: t.email, dataIndex: "email", render: (email?: string | null) => email ?? "–" },
        {
          title: t.departments,
          dataIndex: "departments",
          render: (departments: Member["departments"]) => departments.map(({ name }) => name).join(", ") || "–",
        },
        {
          title: t.status,
          dataIndex: "status",
          render: (status: string, member) => (
            <>
              <StatusTag status={status} />
              {member.kind === "guest" && <Tag>{t.guest}</Tag>}
              {member.roles.map((role) => (
                <Tag key={role} color="blue">
                  {roleName(role)}
                </Tag>
              ))}
            </>
          ),
        },
      ]}
    />
  );
}

export function StatusTag({ status }: { status: string }) {
  return <Tag color={STATUS_COLOURS[status]}>{STATUSES[status as Status] ?? status}</Tag>;
}
