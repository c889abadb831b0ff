import { DeleteOutlined, EditOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Drawer, Flex, Grid, Typography } from "antd";
import { useState } from "react";

import { useMay } from "../../api/caller";
import { api, told, versioned } from "../../api/client";
import { usePages } from "../../api/paging";
import type { Member } from "../../api/schema";
import { texts } from "../../language/texts";
import { MemberChooser } from "../../parts/choosers";
import { CursorTable } from "../../parts/CursorTable";
import { Failed } from "../../parts/Failed";
import { FormDrawer } from "../../parts/FormDrawer";
import { Loading } from "../../parts/Loading";
import { Nothing } from "../../parts/Nothing";
import { useAction } from "../../parts/useAction";
import { GroupFields } from "./Groups";

const t = texts({
  edit: ["编辑", "Edit"],
  remove: ["删除", "Delete"],
  removeTitle: (name: string) => [`删除用户组“${name}”？`, `Delete the group “${name}”?`],
  removeText: (n: number) => [
    `${n} 名成员将失去经由此用户组获得的访问权限。此操作不可撤销。`,
    `${n} people lose what they may reach by this group. This cannot be undone.`,
  ],
  add: ["添加成员：输入姓名、用户名或邮箱", "Add somebody: type a name, username or mail address"],
  take: ["移出", "Take out"],
  name: ["姓名", "Name"],
  username: ["用户名", "Username"],
  none: ["这个用户组还没有成员", "Nobody is in this group yet"],
});

/** One group, with its people. */
export function GroupDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const may = useMay();
  const queries = useQueryClient();
  const { act, ask } = useAction();
  const isWide = Grid.useBreakpoint().md ?? true;
  const [isEditing, setEditing] = useState(false);
  const path = { id };
  const { data, error } = useQuery({
    queryKey: ["groups", id],
    queryFn: () => versioned(api.GET("/groups/{id}", { params: { path } })),
  });
  const pages = usePages(["members", "of-group", id], (after) =>
    told(api.GET("/members", { params: { query: { group: id, after } } })),
  );
  const put = (member: string) => told(api.PUT("/groups/{id}/members/{member}", { params: { path: { id, member } } }));
  const take = (member: string) =>
    told(api.DELETE("/groups/{id}/members/{member}", { params: { path: { id, member } } }));
  const group = data?.value;
  const header = { "If-Match": data?.etag ?? "" };
  return (
    <Drawer
      open
      size={isWide ? 640 : "100%"}
      onClose={onClose}
      title={group?.name ?? "…"}
      extra={
        group && (
          <Flex gap={8}>
            {may("groups:change") && (
              <Button icon={<EditOutlined />} onClick={() => setEditing(true)}>
                {t.edit}
              </Button>
            )}
            {may("groups:remove") && (
              <Button
                danger
                icon={<DeleteOutlined />}
                aria-label={t.remove}
                title={t.remove}
                onClick={() =>
                  ask(
                    {
                      title: t.removeTitle(group.name),
                      content: t.removeText(group.members),
                      okText: t.remove,
                      isDanger: true,
                    },
                    () => told(api.DELETE("/groups/{id}", { params: { path, header } })),
                    onClose,
                  )
                }
              />
            )}
          </Flex>
        )
      }
    >
      {error ? <Failed error={error} /> : !group && <Loading />}
      {group?.description && <Typography.Paragraph type="secondary">{group.description}</Typography.Paragraph>}
      <CursorTable<Member>
        pages={pages}
        rowKey="id"
        nothing={<Nothing title={t.none} />}
        filters={
          may("groups:change") && (
            <MemberChooser
              value={[]}
              aria-label={t.add}
              placeholder={t.add}
              style={{ width: "min(360px, 70vw)" }}
              onSelect={(member) => void act(() => put(String(member)))}
            />
          )
        }
        columns={[
          { title: t.name, dataIndex: "display_name" },
          { title: t.username, dataIndex: "username" },
          {
            key: "take",
            align: "right",
            render: (_, member) =>
              may("groups:change") && (
                <Button size="small" onClick={() => void act(() => take(member.id))}>
                  {t.take}
                </Button>
              ),
          },
        ]}
      />
      {isEditing && group && (
        <FormDrawer
          title={t.edit}
          initial={{ name: group.name, description: group.description }}
          send={(draft) => told(api.PUT("/groups/{id}", { params: { path, header }, body: draft }))}
          onClose={(done) => {
            setEditing(false);
            if (done) void queries.invalidateQueries({ queryKey: ["groups"] });
          }}
        >
          <GroupFields />
        </FormDrawer>
      )}
    </Drawer>
  );
}
