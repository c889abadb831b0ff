import { PlusOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, InputNumber, Select, Tag } from "antd";
import { useState } from "react";

import { useCaller, useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { usePages } from "../../api/paging";
import type { ApiToken, NewApiToken, Role } from "../../api/schema";
import { texts } from "../../language/texts";
import { CursorTable } from "../../parts/CursorTable";
import { FormDrawer } from "../../parts/FormDrawer";
import { Nothing } from "../../parts/Nothing";
import { OnceShown } from "../../parts/OnceShown";
import { PageHeader } from "../../parts/PageHeader";
import { roleName, ROLES } from "../../parts/roles";
import { TimeText } from "../../parts/TimeText";
import { useAction } from "../../parts/useAction";

const t = texts({
  title: ["API 令牌", "API tokens"],
  lead: [
    "供程序调用 API。令牌只显示一次，权限不超过创建者。",
    "For programs that call the API. A token is shown once, and may do no more than whoever made it.",
  ],
  create: ["新建令牌", "New token"],
  name: ["名称", "Name"],
  nameHint: ["写明用途，例如“夜间导出”。", "Say what it is for, such as “Nightly export”."],
  roles: ["角色", "Roles"],
  days: ["有效天数", "Days until it expires"],
  state: ["状态", "State"],
  good: ["有效", "Good"],
  expired: ["已过期", "Expired"],
  revoked: ["已吊销", "Revoked"],
  created: ["创建时间", "Made"],
  expires: ["到期时间", "Expires"],
  used: ["最近使用", "Last used"],
  revoke: ["吊销", "Revoke"],
  revokeTitle: (name: string) => [`吊销令牌“${name}”？`, `Revoke the token “${name}”?`],
  revokeText: [
    "使用它的程序会立即失去访问权限。此操作不可撤销。",
    "Programs that use it are refused at once. This cannot be undone.",
  ],
  none: ["还没有令牌", "There are no tokens yet"],
  onceTitle: ["令牌已创建", "The token is made"],
  onceHint: ["请立即复制并妥善保存：关闭后无法再次查看。", "Copy it now and keep it safe: it cannot be shown again."],
  token: ["令牌", "Token"],
});

export default function Tokens() {
  const may = useMay();
  const queries = useQueryClient();
  const { ask } = useAction();
  const { roles } = useCaller();
  const [isNew, setNew] = useState(false);
  const [made, setMade] = useState<NewApiToken>();
  const pages = usePages(["tokens"], () => told(api.GET("/tokens")));
  const create = may("tokens:create") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew(true)}>
      {t.create}
    </Button>
  );
  const revoke = (token: ApiToken) =>
    ask({ title: t.revokeTitle(token.name), content: t.revokeText, okText: t.revoke, isDanger: true }, () =>
      told(api.DELETE("/tokens/{id}", { params: { path: { id: token.id } } })),
    );
  return (
    <>
      <PageHeader title={t.title} lead={t.lead}>
        {create}
      </PageHeader>
      <CursorTable<ApiToken>
        pages={pages}
        rowKey="id"
        nothing={<Nothing title={t.none} hint={t.lead} action={create} />}
        columns={[
          { title: t.name, dataIndex: "name" },
          { title: t.roles, dataIndex: "roles", render: (held: Role[]) => held.map(roleName).join(", ") },
          { title: t.state, key: "state", render: (_, token) => <TokenState token={token} /> },
          { title: t.created, dataIndex: "created_at", render: (at: number) => <TimeText at={at} /> },
          { title: t.expires, dataIndex: "expires_at", render: (at: number | null) => <TimeText at={at} /> },
          { title: t.used, dataIndex: "last_used_at", render: (at: number | null) => <TimeText at={at} /> },
          {
            key: "revoke",
            align: "right",
            render: (_, token) =>
              may("tokens:remove") &&
              !token.revoked_at && (
                <Button size="small" danger onClick={() => revoke(token)}>
                  {t.revoke}
                </Button>
              ),
          },
        ]}
      />
      {isNew && (
        <FormDrawer
          title={t.create}
          initial={{ name: "", roles: roles.includes("owner") ? (["auditor"] as Role[]) : roles, days: 90 }}
          send={async (draft) => setMade(await told(api.POST("/tokens", { body: draft })))}
          onClose={(done) => {
            setNew(false);
            if (done) void queries.invalidateQueries({ queryKey: ["tokens"] });
          }}
        >
          <Form.Item name="name" label={t.name} extra={t.nameHint} rules={[{ required: true, whitespace: true }]}>
            <Input />
          </Form.Item>
          <Form.Item name="roles" label={t.roles} rules={[{ required: true }]}>
            <Select mode="multiple" options={ROLES.map((role) => ({ value: role, label: roleName(role) }))} />
          </Form.Item>
          <Form.Item name="days" label={t.days} rules={[{ required: true }]}>
            <InputNumber min={1} max={3650} style={{ width: 160 }} />
          </Form.Item>
        </FormDrawer>
      )}
      {made && (
        <OnceShown
          title={t.onceTitle}
          hint={t.onceHint}
          values={[{ label: t.token, value: made.secret }]}
          onClose={() => setMade(undefined)}
        />
      )}
    </>
  );
}

function TokenState({ token }: { token: ApiToken }) {
  const [now] = useState(() => Date.now());
  if (token.revoked_at) return <Tag>{t.revoked}</Tag>;
  if (token.expires_at && token.expires_at < now) return <Tag color="warning">{t.expired}</Tag>;
  return <Tag color="success">{t.good}</Tag>;
}
