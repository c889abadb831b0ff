import { Button, Flex, type TableProps, Tag, Typography } from "antd";
import type { ReactNode } from "react";

import { useMay } from "../../../api/caller";
import { api, told } from "../../../api/client";
import { usePages } from "../../../api/paging";
import type { Member } from "../../../api/schema";
import { listed } from "../../../language/texts";
import { CursorTable } from "../../../parts/CursorTable";
import { Nothing } from "../../../parts/Nothing";
import { PersonAvatar } from "../../../parts/PersonAvatar";
import { holdingText } from "../../../parts/roles";
import { DayText } from "../../../parts/TimeText";
import { StatusTag } from "../StatusTag";
import { filterOf, isNarrow, type Sort, type View } from "../view";
import { t } from "../words";
import { BatchBar } from "../batch/BatchBar";
import { useMemberCount } from "./count";
import { Filters } from "./Filters";
import { MOST_CHOSEN, useSelection } from "./useSelection";

type Props = { view: View; onChange: (change: View) => void; create: ReactNode };

/** The people of a department, or everybody; narrowed down, a page at a time. */
export function MemberTable({ view, onChange, create }: Props) {
  const { sort, order } = view;
  const query = { ...filterOf(view), sort, order };
  const pages = usePages(["members", "list", query], (after) =>
    told(api.GET("/members", { params: { query: { ...query, after } } })),
  );
  const may = useMay();
  const found = useMemberCount(view);
  const { chosen, rowSelection, chooseAll, clear } = useSelection(view);
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
      rowSelection={may("members:change") ? rowSelection : undefined}
      bar={
        chosen.length > 0 && (
          <BatchBar
            chosen={chosen}
            department={view.department}
            all={found && found.count <= MOST_CHOSEN ? found.count : undefined}
            onAll={chooseAll}
            onClear={clear}
          />
        )
      }
      onOpen={open}
      nothing={nothing}
      filters={<Filters view={view} onChange={onChange} />}
      columns={columns(view, open)}
      onChange={(_pagination, _filters, sorted) => {
        const { columnKey, order } = [sorted].flat()[0] ?? {};
        onChange({
          sort: order ? (columnKey as Sort) : undefined,
          order: order === "descend" ? "descending" : undefined,
        });
      }}
    />
  );
}

function columns(view: View, open: (member: Member) => void): TableProps<Member>["columns"] {
  const sorted = (key: Sort) => ({
    sorter: true,
    sortOrder: view.sort !== key ? null : view.order ? ("descend" as const) : ("ascend" as const),
  });
  return [
    {
      title: t.name,
      key: "display_name",
      ...sorted("display_name"),
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
            {member.source && (
              <Tag style={{ marginInlineStart: 8 }} title={t.source}>
                {member.source}
              </Tag>
            )}
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
      render: (departments: Member["departments"]) => listed(departments.map(({ name }) => name)) || "–",
    },
    {
      title: t.roles,
      dataIndex: "roles",
      render: (roles: Member["roles"]) =>
        roles.length === 0
          ? "–"
          : roles.map((held) => (
              <Tag key={held.role} color="blue">
                {holdingText(held)}
              </Tag>
            )),
    },
    {
      title: t.created,
      key: "created_at",
      dataIndex: "created_at",
      ...sorted("created_at"),
      render: (at: number) => <DayText at={at} />,
    },
    { title: t.status, dataIndex: "status", render: (status: string) => <StatusTag status={status} /> },
  ];
}
