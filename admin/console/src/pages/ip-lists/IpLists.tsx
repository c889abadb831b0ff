import { PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input, Radio, Tag } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { useOnce } from "../../api/once";
import { usePages } from "../../api/paging";
import type { Effect, IpList, IpListDraft } from "../../api/schema";
import { language } from "../../language/language";
import { texts } from "../../language/texts";
import { CursorTable } from "../../parts/CursorTable";
import { FormDrawer } from "../../parts/FormDrawer";
import { NameSearch } from "../../parts/NameSearch";
import { Nothing } from "../../parts/Nothing";
import { PageHeader } from "../../parts/PageHeader";
import { useNameSearch } from "../../parts/useNameSearch";
import { RulesBanner } from "./RulesBanner";

export const t = texts({
  title: ["IP 访问限制", "IP restrictions"],
  lead: [
    "允许名单只让名单中的地址进入，拒绝名单挡住名单中的地址。名单可以对所有应用生效，也可以只在选用它的应用上、或对选用它的访客组生效。",
    "An allow list lets in only the addresses on it, a deny list keeps out those on it. A list holds for everything, or for the applications and the groups of guests that choose it.",
  ],
  create: ["新建名单", "New list"],
  edit: ["编辑", "Edit"],
  name: ["名称", "Name"],
  effect: ["类型", "Kind"],
  allow: ["允许名单", "Allow list"],
  deny: ["拒绝名单", "Deny list"],
  scope: ["生效范围", "Holds for"],
  everywhere: ["所有应用", "Everything"],
  chosen: ["选用它的应用和访客组", "What chooses it"],
  entries: ["条目数", "Entries"],
  search: ["搜索名单名称或拼音", "Search lists"],
  noMatch: ["没有名称相符的名单", "No list has such a name"],
  none: ["没有任何限制", "There are no restrictions"],
  noneHint: [
    "所有地址都可以到达登录页。新建一个名单来限制。",
    "Every address may reach the sign-in page. Make a list to restrict that.",
  ],
});

export function EffectTag({ effect }: { effect: Effect }) {
  return <Tag color={effect === "allow" ? "success" : "error"}>{effect === "allow" ? t.allow : t.deny}</Tag>;
}

export default function IpLists() {
  const may = useMay();
  const [isNew, setNew] = useState(false);
  const search = useNameSearch();
  const pages = usePages(["ip-lists", "list", search.text ?? null], (after) =>
    told(api.GET("/ip-lists", { params: { query: { search: search.text, after } } })),
  );
  const create = may("ip_lists:create") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew(true)}>
      {t.create}
    </Button>
  );
  return (
    <>
      <PageHeader title={t.title} lead={t.lead}>
        {create}
      </PageHeader>
      <RulesBanner />
      <CursorTable<IpList>
        pages={pages}
        rowKey="id"
        nothing={
          search.text ? <Nothing title={t.noMatch} /> : <Nothing title={t.none} hint={t.noneHint} action={create} />
        }
        filters={<NameSearch label={t.search} {...search} />}
        columns={[
          {
            title: t.name,
            dataIndex: "name",
            render: (name: string, list) => <Link to={`/ip-lists/${list.id}`}>{name}</Link>,
          },
          { title: t.effect, dataIndex: "effect", render: (effect: Effect) => <EffectTag effect={effect} /> },
          {
            title: t.scope,
            dataIndex: "everywhere",
            render: (everywhere: boolean) => (everywhere ? t.everywhere : t.chosen),
          },
          { title: t.entries, dataIndex: "entries", align: "right", render: (n: number) => n.toLocaleString(language) },
        ]}
      />
      {isNew && <NewIpList onClose={() => setNew(false)} />}
    </>
  );
}

function NewIpList({ onClose }: { onClose: () => void }) {
  const go = useNavigate();
  const once = useOnce();
  return (
    <FormDrawer<IpListDraft>
      title={t.create}
      initial={{ name: "", effect: "deny", everywhere: false }}
      send={async (body) => {
        const made = await once(body, (header) => told(api.POST("/ip-lists", { params: { header }, body })));
        void go(`/ip-lists/${made.id}`);
      }}
      onClose={onClose}
    >
      <IpListFields />
    </FormDrawer>
  );
}

export function IpListFields() {
  return (
    <>
      <Form.Item name="name" label={t.name} rules={[{ required: true, whitespace: true }]}>
        <Input />
      </Form.Item>
      <Form.Item name="effect" label={t.effect}>
        <Radio.Group
          options={[
            { value: "allow", label: t.allow },
            { value: "deny", label: t.deny },
          ]}
        />
      </Form.Item>
      <Form.Item name="everywhere" label={t.scope}>
        <Radio.Group
          options={[
            { value: true, label: t.everywhere },
            { value: false, label: t.chosen },
          ]}
        />
      </Form.Item>
    </>
  );
}
