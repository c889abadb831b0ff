import { DeleteOutlined, DownloadOutlined, EditOutlined, PlusOutlined } from "@ant-design/icons";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Button, Space } from "antd";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { useMay } from "../../api/caller";
import { api, told, type Versioned, versioned } from "../../api/client";
import { usePages } from "../../api/paging";
import type { IpEntry, IpList as List, IpListDraft } from "../../api/schema";
import { plural, texts } from "../../language/texts";
import { CursorTable } from "../../parts/CursorTable";
import { download } from "../../parts/download";
import { FormDrawer } from "../../parts/FormDrawer";
import { ManagedMark } from "../../parts/ManagedMark";
import { Nothing } from "../../parts/Nothing";
import { PageHeader } from "../../parts/PageHeader";
import { TimeText } from "../../parts/TimeText";
import { useAction } from "../../parts/useAction";
import { textOf } from "./entries";
import { EffectTag, IpListFields, t as shared } from "./IpLists";
import { Lookup } from "./Lookup";
import { PasteForm, t as pasteWords } from "./PasteForm";
import { RulesBanner } from "./RulesBanner";
import { useLockout } from "./useLockout";

const t = texts({
  remove: ["删除", "Delete"],
  removeTitle: (name: string) => [`删除名单“${name}”？`, `Delete the list “${name}”?`],
  removeText: (n: number, where: string) => [
    `${n} 个条目将不再生效（生效范围：${where}）。此操作不可撤销。`,
    `${plural(n, "entry", "entries")} will hold no longer; until now for: ${where}. This cannot be undone.`,
  ],
  export: ["导出条目", "Export entries"],
  exported: ["已导出", "Exported"],
  removeEntry: (range: string) => [`移除 ${range}`, `Remove ${range}`],
  removeEntryTitle: (range: string) => [`移除条目 ${range}？`, `Remove the entry ${range}?`],
  removeEntryText: (name: string) => [`它将不再属于名单“${name}”。`, `The list “${name}” will hold it no longer.`],
  range: ["地址或范围", "Address or range"],
  note: ["备注", "Note"],
  until: ["到期", "Ends"],
  never: ["长期", "Never"],
  none: ["这个名单还是空的", "This list is empty yet"],
});

export default function IpList() {
  const { id = "" } = useParams();
  const path = { id };
  const may = useMay();
  const go = useNavigate();
  const queries = useQueryClient();
  const { act, ask } = useAction();
  const guarded = useLockout();
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
  const removeEntry = ({ range }: IpEntry) =>
    ask(
      { title: t.removeEntryTitle(range), content: t.removeEntryText(list.name), okText: t.remove, isDanger: true },
      () =>
        guarded((on_trial) => {
          const params = { path, header, query: { range, on_trial } };
          return told(api.DELETE("/ip-lists/{id}/entries", { params }));
        }),
    );
  const take = () => act(async () => download(`${list.name}.txt`, await textOf(id), "text/plain"), t.exported);
  const close = (done: boolean) => {
    setEditing(undefined);
    if (done) void queries.invalidateQueries({ queryKey: ["ip-lists"] });
  };
  const add = may("ip_lists:change") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing("entries")}>
      {pasteWords.paste}
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
        <ManagedMark kind="ip_list" id={id} />
        {list.entries > 0 && (
          <Button icon={<DownloadOutlined />} onClick={() => void take()}>
            {t.export}
          </Button>
        )}
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
                  content: t.removeText(list.entries, list.everywhere ? shared.everywhere : shared.chosen),
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
      <RulesBanner />
      <CursorTable<IpEntry>
        pages={pages}
        rowKey="range"
        filters={<Lookup id={id} />}
        nothing={<Nothing title={t.none} hint={pasteWords.pasteHint} action={add} />}
        columns={[
          { title: t.range, dataIndex: "range", className: "mono" },
          {
            title: t.until,
            dataIndex: "expires_at",
            width: 190,
            render: (at?: number | null) => (at ? <TimeText at={at} /> : t.never),
          },
          { title: t.note, dataIndex: "note", render: (note?: string) => note || "–" },
          {
            key: "remove",
            align: "right",
            render: (_, entry) =>
              may("ip_lists:change") && (
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={t.removeEntry(entry.range)}
                  title={t.removeEntry(entry.range)}
                  onClick={() => removeEntry(entry)}
                />
              ),
          },
        ]}
      />
      {editing === "list" && <IpListForm list={data} onClose={close} />}
      {editing === "entries" && <PasteForm list={data} onClose={close} />}
    </>
  );
}

function IpListForm({ list: shown, onClose }: { list: Versioned<List>; onClose: (done: boolean) => void }) {
  // As it was when the form was opened: its fields and the version that is sent are one pair.
  const [{ value: list, etag }] = useState(shown);
  const guarded = useLockout();
  const { id, name, effect, everywhere } = list;
  const send = (body: IpListDraft) =>
    guarded((on_trial) => {
      const params = { path: { id }, header: { "If-Match": etag }, query: { on_trial } };
      return told(api.PUT("/ip-lists/{id}", { params, body }));
    });
  return (
    <FormDrawer<IpListDraft> title={shared.edit} initial={{ name, effect, everywhere }} send={send} onClose={onClose}>
      <IpListFields />
    </FormDrawer>
  );
}
