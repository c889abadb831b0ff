import { UploadOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Alert, Button, Flex, Form, Input, Radio, Table, Typography, Upload } from "antd";
import { useState } from "react";

import { api, told, type Versioned } from "../../api/client";
import { messageOf } from "../../api/problem";
import type { IpList, Preview } from "../../api/schema";
import { plural, texts } from "../../language/texts";
import { FormDrawer } from "../../parts/FormDrawer";
import { useSettled } from "../../parts/useSettled";
import { useLockout } from "./useLockout";

export const t = texts({
  paste: ["批量添加", "Add addresses"],
  pasteHint: [
    "每行一个：单个地址、CIDR 或起止范围；可加 until=2027-01-31 设置到期日（至当天结束，UTC）；“#”之后是备注。",
    "One a line: an address, a CIDR block, or a range from-to; until=2027-01-31 if it ends (with that day, in UTC); what follows “#” is a note.",
  ],
  how: ["方式", "How"],
  append: ["追加到现有条目", "Add to what is there"],
  replace: ["替换全部条目", "Replace all entries"],
  replaceText: (n: number) => [
    `名单现有的 ${n} 个条目会被移除，只保留下面的内容。`,
    `The list loses what it holds now (${plural(n, "entry", "entries")}) and holds only what follows.`,
  ],
  lines: ["地址", "Addresses"],
  file: ["从文件读取", "Read a file"],
  found: (all: number, fresh: number, repeated: number) => [
    `共 ${all} 个条目，其中 ${fresh} 个是新的；${repeated} 行重复`,
    `${plural(all, "entry", "entries")}, ${fresh} of them new; said again: ${plural(repeated, "line")}`,
  ],
  wrong: (n: number) => [
    `${n} 行有误，请修正后保存`,
    `${n} ${n === 1 ? "line is" : "lines are"} wrong: mend them first`,
  ],
  more: (n: number) => [`另有 ${n} 行有误未列出`, `Not shown: ${plural(n, "more wrong line")}`],
  tooLong: [
    "内容较长，不作预览；保存时会检查每一行",
    "Too long to be looked through beforehand: each line is checked when you save",
  ],
  line: ["行", "Line"],
  text: ["内容", "Text"],
  problem: ["问题", "Problem"],
});

type Paste = { how: "append" | "replace"; entries: string };

/** Entries as a person pastes them, looked through before anything is written. */
export function PasteForm({ list: shown, onClose }: { list: Versioned<IpList>; onClose: (done: boolean) => void }) {
  // With the entries that were seen when the form was opened, which it may replace.
  const [{ value: list, etag }] = useState(shown);
  const { id } = list;
  const guarded = useLockout();
  const send = ({ how, entries }: Paste) =>
    guarded((on_trial) => {
      const call = {
        params: { path: { id }, header: { "If-Match": etag }, query: { on_trial } },
        ...plain(entries),
      };
      return told(
        how === "append" ? api.POST("/ip-lists/{id}/entries", call) : api.PUT("/ip-lists/{id}/entries", call),
      );
    });
  return (
    <FormDrawer<Paste> title={t.paste} initial={{ how: "append", entries: "" }} send={send} onClose={onClose}>
      <Form.Item name="how" label={t.how}>
        <Radio.Group
          options={[
            { value: "append", label: t.append },
            { value: "replace", label: t.replace },
          ]}
        />
      </Form.Item>
      <Replaced count={list.entries} />
      <Form.Item name="entries" label={t.lines} extra={t.pasteHint} rules={[{ required: true }]}>
        <Input.TextArea
          className="mono"
          rows={10}
          placeholder={"192.0.2.0/24 # office\n203.0.113.10-203.0.113.20 until=2027-01-31\n2001:db8::/32"}
        />
      </Form.Item>
      <Flex vertical gap={12}>
        <FromFile />
        <Looked id={id} />
      </Flex>
    </FormDrawer>
  );
}

/** How many entries go, where all are replaced. */
function Replaced({ count }: { count: number }) {
  const how = Form.useWatch("how", Form.useFormInstance<Paste>());
  if (how !== "replace" || count === 0) return null;
  return <Alert type="warning" showIcon title={t.replaceText(count)} style={{ marginBottom: 16 }} />;
}

function plain(body: string) {
  return { body, bodySerializer: String, headers: { "Content-Type": "text/plain" } };
}

function FromFile() {
  const form = Form.useFormInstance<Paste>();
  return (
    <Upload
      accept=".txt,.csv,.list,text/plain"
      showUploadList={false}
      beforeUpload={(file) => {
        void file.text().then((text) => form.setFieldValue("entries", text));
        return false;
      }}
    >
      <Button icon={<UploadOutlined />}>{t.file}</Button>
    </Upload>
  );
}

/** The longest text that is looked through, in bytes. */
const MOST_LOOKED_AT = 1024 * 1024;

/** What the text would do, each wrong line with its reason. */
function Looked({ id }: { id: string }) {
  const form = Form.useFormInstance<Paste>();
  const text = useSettled(Form.useWatch("entries", form) ?? "");
  const isTooLong = new Blob([text]).size > MOST_LOOKED_AT;
  const { data, error } = useQuery({
    queryKey: ["ip-lists", id, "preview", text],
    queryFn: () => told(api.POST("/ip-lists/{id}/entries/preview", { params: { path: { id } }, ...plain(text) })),
    enabled: text.trim() !== "" && !isTooLong,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  if (text.trim() === "") return null;
  if (isTooLong) return <Alert type="info" showIcon title={t.tooLong} />;
  if (error) return <Alert type="error" showIcon title={messageOf(error)} />;
  return data ? <Result preview={data} /> : null;
}

function Result({ preview }: { preview: Preview }) {
  const count = preview.wrong.length + preview.more_wrong;
  return (
    <Flex vertical gap={12} aria-live="polite">
      <Typography.Text>{t.found(preview.entries, preview.new, preview.repeated)}</Typography.Text>
      {count > 0 && (
        <>
          <Alert type="error" showIcon title={t.wrong(count)} />
          <Table
            size="small"
            rowKey="line"
            pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
            dataSource={preview.wrong}
            columns={[
              { title: t.line, dataIndex: "line", width: 64 },
              { title: t.text, dataIndex: "text", className: "mono" },
              { title: t.problem, dataIndex: "problem" },
            ]}
          />
          {preview.more_wrong > 0 && <Typography.Text type="secondary">{t.more(preview.more_wrong)}</Typography.Text>}
        </>
      )}
    </Flex>
  );
}
