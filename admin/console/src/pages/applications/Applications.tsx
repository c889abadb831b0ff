import { ExportOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Tag } from "antd";
import { Link, useNavigate } from "react-router";

import { useCaller, useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { usePages } from "../../api/paging";
import type { Application } from "../../api/schema";
import { nameOf } from "../../language/names";
import { texts } from "../../language/texts";
import { CursorTable } from "../../parts/CursorTable";
import { NameSearch } from "../../parts/NameSearch";
import { Nothing } from "../../parts/Nothing";
import { PageHeader } from "../../parts/PageHeader";
import { useNameSearch } from "../../parts/useNameSearch";
import { addressOf } from "./address";
import { ApplicationMark } from "./ApplicationIcon";
import { UpstreamHealth } from "./UpstreamHealth";

const t = texts({
  title: ["应用", "Applications"],
  lead: [
    "网关之后的内部工具：它们的域名、上游，以及谁可以进入。",
    "The internal tools behind the gate: their host names, where they run, and who may enter.",
  ],
  create: ["发布应用", "Publish an application"],
  name: ["名称", "Name"],
  hosts: ["域名", "Host names"],
  upstreams: ["上游", "Upstreams"],
  access: ["访问", "Access"],
  open: ["公开", "Public"],
  rules: (n: number) => [`${n} 条规则`, n === 1 ? "1 rule" : `${n} rules`],
  marked: ["水印", "Watermark"],
  visit: ["打开应用", "Open the application"],
  unreadable: ["配置已损坏，应用已关闭", "Damaged: the application is closed"],
  search: ["搜索应用名称、拼音或域名", "Search applications"],
  noMatch: ["没有名称或域名相符的应用", "No application has such a name or host"],
  none: ["还没有应用", "There are no applications yet"],
  noneHint: [
    "发布第一个应用：给出域名和上游地址，选择谁可以进入。",
    "Publish the first: give a host name and an upstream, and choose who may enter.",
  ],
});

export default function Applications() {
  const may = useMay();
  const go = useNavigate();
  const { access_url } = useCaller();
  const search = useNameSearch();
  const pages = usePages(["applications", "list", search.text ?? null], (after) =>
    told(api.GET("/applications", { params: { query: { search: search.text, after } } })),
  );
  const create = may("applications:create") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => void go("/applications/new")}>
      {t.create}
    </Button>
  );
  return (
    <>
      <PageHeader title={t.title} lead={t.lead}>
        {create}
      </PageHeader>
      <CursorTable<Application>
        pages={pages}
        rowKey="id"
        nothing={
          search.text ? <Nothing title={t.noMatch} /> : <Nothing title={t.none} hint={t.noneHint} action={create} />
        }
        filters={<NameSearch label={t.search} {...search} />}
        columns={[
          {
            title: t.name,
            key: "name",
            render: (_, one) => (
              <Flex gap={10} align="center">
                <ApplicationMark id={one.id} name={nameOf(one.name) || one.id} />
                <Link to={`/applications/${one.id}`}>{nameOf(one.name) || one.id}</Link>
              </Flex>
            ),
          },
          {
            title: t.hosts,
            dataIndex: "hosts",
            render: (hosts: string[] | undefined, one) =>
              one.unreadable ? <Tag color="error">{t.unreadable}</Tag> : hosts?.join(", "),
          },
          {
            title: t.upstreams,
            key: "upstreams",
            className: "mono",
            render: (_, one) => (
              <Flex gap={8} wrap align="center">
                {one.pool?.upstreams.map(({ address }) => address).join(", ")}
                <UpstreamHealth application={one.id} />
              </Flex>
            ),
          },
          {
            title: t.access,
            key: "access",
            render: (_, one) => (
              <>
                {one.access?.kind === "public" ? (
                  <Tag color="warning">{t.open}</Tag>
                ) : (
                  <Tag>{t.rules(one.access?.rules.length ?? 0)}</Tag>
                )}
                {one.watermark && <Tag color="blue">{t.marked}</Tag>}
              </>
            ),
          },
          {
            key: "visit",
            align: "right",
            render: (_, one) => {
              const address = addressOf(one, access_url);
              return (
                address && (
                  <Button
                    type="text"
                    icon={<ExportOutlined />}
                    href={address}
                    target="_blank"
                    aria-label={t.visit}
                    title={t.visit}
                  />
                )
              );
            },
          },
        ]}
      />
    </>
  );
}
