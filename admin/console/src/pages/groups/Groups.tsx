import { PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Tag, Typography } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { usePages } from "../../api/paging";
import type { Group } from "../../api/schema";
import { texts } from "../../language/texts";
import { CursorTable } from "../../parts/CursorTable";
import { NameSearch } from "../../parts/NameSearch";
import { Nothing } from "../../parts/Nothing";
import { PageHeader } from "../../parts/PageHeader";
import { useNameSearch } from "../../parts/useNameSearch";
import { GroupForm } from "./GroupForm";
import { t as words } from "./words";

const t = texts({
  search: ["搜索用户组名称或拼音", "Search groups"],
  ruled: ["按规则", "By rule"],
  noMatch: ["没有名称相符的用户组", "No group has such a name"],
  none: ["还没有用户组", "No groups yet"],
  noneHint: [
    "例如“Wiki 编辑者”“值班人员”。建好后添加成员，再到应用的访问规则中引用。",
    "For example “Wiki editors” or “On call”. Add members, then name the group in an application's access rules.",
  ],
});

export default function Groups() {
  const may = useMay();
  const go = useNavigate();
  const [isNew, setNew] = useState(false);
  const search = useNameSearch();
  const pages = usePages(["groups", "list", search.text ?? null], (after) =>
    told(api.GET("/groups", { params: { query: { search: search.text, after } } })),
  );
  const open = (group: Group) => void go(`/groups/${group.id}`);
  const create = may("groups:create") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew(true)}>
      {words.create}
    </Button>
  );
  return (
    <>
      <PageHeader title={words.title} lead={words.lead}>
        {create}
      </PageHeader>
      <CursorTable<Group>
        pages={pages}
        rowKey="id"
        onOpen={open}
        nothing={
          search.text ? <Nothing title={t.noMatch} /> : <Nothing title={t.none} hint={t.noneHint} action={create} />
        }
        filters={<NameSearch label={t.search} {...search} />}
        columns={[
          {
            title: words.name,
            dataIndex: "name",
            render: (name: string, { id, rule, for_guests }) => (
              <Flex gap={8} align="center">
                <Link to={`/groups/${id}`} onClick={(event) => event.stopPropagation()}>
                  {name}
                </Link>
                {rule && <Tag>{t.ruled}</Tag>}
                {for_guests && <Tag color="gold">{words.guestsTag}</Tag>}
              </Flex>
            ),
          },
          {
            title: words.description,
            dataIndex: "description",
            render: (text: string) => (
              <Typography.Text type="secondary" ellipsis style={{ maxWidth: 480 }}>
                {text || "–"}
              </Typography.Text>
            ),
          },
          { title: words.members, dataIndex: "members", align: "right", width: 120 },
        ]}
      />
      {isNew && (
        <GroupForm
          onClose={(made) => {
            setNew(false);
            if (made) open(made);
          }}
        />
      )}
    </>
  );
}
