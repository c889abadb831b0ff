import { PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Tag, Tooltip, Typography } from "antd";
import { useState } from "react";
import { Link } from "react-router";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { usePages } from "../../api/paging";
import type { RoleDetail } from "../../api/schema";
import { CursorTable } from "../../parts/CursorTable";
import { Nothing } from "../../parts/Nothing";
import { PageHeader } from "../../parts/PageHeader";
import { roleName } from "../../parts/roles";
import { useAction } from "../../parts/useAction";
import { RoleForm } from "./RoleForm";
import { ABOUT, t } from "./words";

/** The roles of the organisation, built in and made here. */
export default function Roles() {
  const may = useMay();
  const { ask } = useAction();
  const [open, setOpen] = useState<RoleDetail | "new">();
  const pages = usePages(["roles", "page"], () => told(api.GET("/roles")));
  const grantable = pages.items.find(({ id }) => id === "owner")?.permissions ?? [];
  const create = may("roles:create") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen("new")}>
      {t.create}
    </Button>
  );
  const remove = ({ id, name, version }: RoleDetail) =>
    ask({ title: t.removeTitle(name), content: t.removeText, okText: t.remove, isDanger: true }, () =>
      told(api.DELETE("/roles/{id}", { params: { path: { id }, header: { "If-Match": `"${version}"` } } })),
    );
  return (
    <>
      <PageHeader title={t.title} lead={t.lead}>
        {create}
      </PageHeader>
      <CursorTable<RoleDetail>
        pages={pages}
        rowKey="id"
        nothing={<Nothing title={t.title} hint={t.lead} />}
        columns={[
          {
            title: t.name,
            key: "name",
            render: (_, role) => (
              <Flex gap={8} align="center">
                {role.name || roleName(role.id)}
                {role.built_in ? <Tag>{t.builtIn}</Tag> : <Tag color="blue">{t.made}</Tag>}
              </Flex>
            ),
          },
          {
            title: t.description,
            key: "description",
            render: (_, role) => (
              <Typography.Text type="secondary">
                {role.description || (ABOUT as Readonly<Record<string, string>>)[role.id] || "–"}
              </Typography.Text>
            ),
          },
          {
            title: t.holders,
            dataIndex: "holders",
            align: "right",
            width: 110,
            render: (count: number, { id }) =>
              count > 0 ? <Link to={`/members?role=${encodeURIComponent(id)}`}>{count}</Link> : 0,
          },
          {
            key: "deeds",
            align: "right",
            render: (_, role) => (
              <Flex gap={8} justify="flex-end">
                <Button size="small" onClick={() => setOpen(role)}>
                  {role.built_in || !may("roles:change") ? t.look : t.edit}
                </Button>
                {!role.built_in && may("roles:remove") && (
                  <Tooltip title={role.holders > 0 ? t.held(role.holders) : undefined}>
                    <Button size="small" danger disabled={role.holders > 0} onClick={() => remove(role)}>
                      {t.remove}
                    </Button>
                  </Tooltip>
                )}
              </Flex>
            ),
          },
        ]}
      />
      {open && (
        <RoleForm
          role={open === "new" ? undefined : open}
          grantable={grantable}
          onClose={() => {
            setOpen(undefined);
            pages.reload();
          }}
        />
      )}
    </>
  );
}
