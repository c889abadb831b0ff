import { DeleteOutlined, EditOutlined, PlusOutlined } from "@ant-design/icons";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Button, Form, Input, Radio, Space } from "antd";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { useMay } from "../../api/caller";
import { api, told, versioned } from "../../api/client";
import { usePages } from "../../api/paging";
import type { IpEntry, IpListDraft } from "../../api/schema";
import { texts } from "../../language/texts";
import { CursorTable } from "../../parts/CursorTable";
import { FormDrawer } from "../../parts/FormDrawer";
import { Nothing } from "../../parts/Nothing";
import { PageHeader } from "../../parts/PageHeader";
import { useAction } from "../../parts/useAction";
import { EffectTag, IpListFields, t as shared } from "./IpLists";

const t = texts({
  remove: ["删除", "Delete"],
  removeTitle: (name: string) => [`删除名单“${name}”？`, `Delete the list “${name}”?`],
  removeText: (n: number) => [
    `${n} 个条目将不再生效。此操作不可撤销。`,
    `${n} entries hold no longer. This cannot be undone.`,
  ],
  range: ["地址或范围", "Address or range"],
  note: ["备注", "Note"],
  paste: ["批量添加", "Add addresses"],
  pasteHint: [
    "每行一个：单个地址、CIDR 或起止范围；“#”之后是备注。",
    "One a line: an address, a CIDR block, or a range from-to; what follows “#” is a note.",
  ],
  how: ["方式", "How"],
  append: ["追加到现有条目", "Add to what is there"],
  replace: ["替换全部条目", "Replace all entries"],
  lines: ["地址", "Addresses"],
  none: ["这个名单还是空的", "This list is empty yet"],
});

type Paste = { how: "append" | "replace"; entries: string };

export default function IpList() {
  const { id = "" } = useParams();
  const path = { id };
  const may = useMay();
  const go = useNavigate();
  const queries = useQueryClient();
  const { ask } = useAction();
  const [editing, setEditing] = useState<"list" | "entries">();
  const { data } = useSuspenseQuery({
    queryKey: ["ip-lists", id],
    queryFn: () => versioned(api.GET("/ip-lists/{id}", { params: { path } })),
  });
  const { value: list, etag } = data;
  const header = { "If-Match": etag };
  const pages = usePages(["ip-lists", id, "entries"], (after) =>
    told(api.GET("/ip-lists/{id}/entries", { params: { path, query: { after } } })),
  );
  const close = (done: boolean) => {
    setEditing(undefined);
    if (done) void queries.invalidateQueries({ queryKey: ["ip-lists"] });
  };
  const send = ({ how, entries }: Paste) => {
    const call = {
      params: { path, header },
      body: entries,
      bodySerializer: String,
      headers: { "Content-Type": "text/plain" },
    };
    return told(how === "append" ? api.POST("/ip-lists/{id}/entries", call) : api.PUT("/ip-lists/{id}/entries", call));
  };
  const add = may("ip_lists:change") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing("entries")}>
      {t.paste}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={list.name}
        back={{ to: "/ip-lists", title: shared.title }}
        lead={
          <Space>
            <EffectTag effect={list.effect} />
            {list.everywhere ? shared.everywhere : shared.chosen}
          </Space>
        }
      >
        {may("ip_lists:change") && (
          <Button icon={<EditOutlined />} onClick={() => setEditing("list")}>
            {shared.edit}
          </Button>
        )}
        {may("ip_lists:remove") && (
          <Button
            danger
            icon={<DeleteOutlined />}
            onClick={() =>
              ask(
                {
                  title: t.removeTitle(list.name),
                  content: t.removeText(list.entries),
                  okText: t.remove,
                  isDanger: true,
                },
                () => told(api.DELETE("/ip-lists/{id}", { params: { path, header } })),
                () => void go("/ip-lists"),
              )
            }
          >
            {t.remove}
          </Button>
        )}
        {add}
      </PageHeader>
      <CursorTable<IpEntry>
        pages={pages}
        rowKey="range"
        nothing={<Nothing title={t.none} hint={t.pasteHint} action={add} />}
        columns={[
          { title: t.range, dataIndex: "range", className: "mono" },
          { title: t.note, dataIndex: "note", render: (note?: string) => note || "–" },
        ]}
      />
      {editing === "list" && (
        <FormDrawer<IpListDraft>
          title={shared.edit}
          initial={{ name: list.name, effect: list.effect, everywhere: list.everywhere }}
          send={(draft) => told(api.PUT("/ip-lists/{id}", { params: { path, header }, body: draft }))}
          onClose={close}
        >
          <IpListFields />
        </FormDrawer>
      )}
      {editing === "entries" && (
        <FormDrawer<Paste> title={t.paste} initial={{ how: "append", entries: "" }} send={send} onClose={close}>
          <Form.Item name="how" label={t.how}>
            <Radio.Group
              options={[
                { value: "append", label: t.append },
                { value: "replace", label: t.replace },
              ]}
            />
          </Form.Item>
          <Form.Item name="entries" label={t.lines} extra={t.pasteHint} rules={[{ required: true }]}>
            <Input.TextArea
              className="mono"
              rows={10}
              placeholder={"192.0.2.0/24 # office\n203.0.113.10-203.0.113.20\n2001:db8::/32"}
            />
          </Form.Item>
        </FormDrawer>
      )}
    </>
  );
}
