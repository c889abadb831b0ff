import { PlusOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input } from "antd";
import { useState } from "react";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { usePages } from "../../api/paging";
import type { Group } from "../../api/schema";
import { texts } from "../../language/texts";
import { CursorTable } from "../../parts/CursorTable";
import { FormDrawer } from "../../parts/FormDrawer";
import { Nothing } from "../../parts/Nothing";
import { PageHeader } from "../../parts/PageHeader";
import { GroupDrawer } from "./GroupDrawer";

const t = texts({
  title: ["用户组", "Groups"],
  lead: [
    "把成员归入用户组，再在应用的访问规则中引用。",
    "Put people into groups, and name the groups in the rules of applications.",
  ],
  create: ["新建用户组", "New group"],
  name: ["名称", "Name"],
  description: ["说明", "Description"],
  members: ["成员数", "Members"],
  none: ["还没有用户组", "There are no groups yet"],
  noneHint: ["例如：“Wiki 编辑者”“值班人员”。", "For example “Wiki editors” or “On call”."],
});

export default function Groups() {
  const may = useMay();
  const queries = useQueryClient();
  const [isNew, setNew] = useState(false);
  const [open, setOpen] = useState<string>();
  const pages = usePages(["groups"], (after) => told(api.GET("/groups", { params: { query: { after } } })));
  const create = may("groups:create") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew(true)}>
      {t.create}
    </Button>
  );
  return (
    <>
      <PageHeader title={t.title} lead={t.lead}>
        {create}
      </PageHeader>
      <CursorTable<Group>
        pages={pages}
        rowKey="id"
        onOpen={(group) => setOpen(group.id)}
        nothing={<Nothing title={t.none} hint={t.noneHint} action={create} />}
        columns={[
          {
            title: t.name,
            dataIndex: "name",
            render: (name: string, group) => (
              <Button type="link" style={{ padding: 0 }} onClick={() => setOpen(group.id)}>
                {name}
              </Button>
            ),
          },
          { title: t.description, dataIndex: "description", render: (text: string) => text || "–" },
          { title: t.members, dataIndex: "members", align: "right" },
        ]}
      />
      {isNew && (
        <FormDrawer
          title={t.create}
          initial={{ name: "", description: "" }}
          send={(draft) => told(api.POST("/groups", { body: draft }))}
          onClose={(done) => {
            setNew(false);
            if (done) void queries.invalidateQueries({ queryKey: ["groups"] });
          }}
        >
          <GroupFields />
        </FormDrawer>
      )}
      {open && <GroupDrawer id={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

export function GroupFields() {
  return (
    <>
      <Form.Item name="name" label={t.name} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="description" label={t.description}>
        <Input.TextArea rows={2} />
      </Form.Item>
    </>
  );
}
