import { PlusOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Flex, Tag } from "antd";
import { useState } from "react";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { usePages } from "../../api/paging";
import type { ApiToken, NewApiToken } from "../../api/schema";
import { texts } from "../../language/texts";
import { CursorTable } from "../../parts/CursorTable";
import { FormDrawer } from "../../parts/FormDrawer";
import { MemberName } from "../../parts/MemberName";
import { Nothing } from "../../parts/Nothing";
import { OnceShown } from "../../parts/OnceShown";
import { PageHeader } from "../../parts/PageHeader";
import { permissionText } from "../../parts/permissions";
import { useRoles } from "../../parts/roles";
import { TimeText } from "../../parts/TimeText";
import { useAction } from "../../parts/useAction";
import { NameItem, TokenForm } from "./TokenForm";

const t = texts({
  title: ["API 令牌", "API tokens"],
  lead: [
    "供程序调用 API。令牌只显示一次，权限不超过创建者。",
    "For programs that call the API. A token is shown once, and may do no more than whoever made it.",
  ],
  create: ["新建令牌", "New token"],
  name: ["名称", "Name"],
  scope: ["权限范围", "What it may do"],
  state: ["状态", "State"],
  good: ["有效", "Good"],
  expired: ["已过期", "Expired"],
  revoked: ["已吊销", "Revoked"],
  maker: ["创建者", "Made by"],
  machine: ["命令行", "The command line"],
  created: ["创建时间", "Made"],
  expires: ["到期时间", "Expires"],
  used: ["最近使用", "Last used"],
  rename: ["重命名", "Rename"],
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
  const roles = useRoles();
  const labelOf = (role: string) => roles.find(({ id }) => id === role)?.label ?? role;
  const [renamed, setRenamed] = useState<ApiToken>();
  const [isNew, setNew] = useState(false);
  const [made, setMade] = useState<NewApiToken>();
  const pages = usePages(["tokens"], (after) => told(api.GET("/tokens", { params: { query: { after } } })));
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
          { title: t.scope, key: "scope", render: (_, token) => <Scope token={token} labelOf={labelOf} /> },
          { title: t.state, key: "state", render: (_, token) => <TokenState token={token} /> },
          {
            title: t.maker,
            dataIndex: "maker",
            render: (maker?: string | null) => (maker ? <MemberName id={maker} /> : t.machine),
          },
          { title: t.created, dataIndex: "created_at", render: (at: number) => <TimeText at={at} /> },
          { title: t.expires, dataIndex: "expires_at", render: (at: number | null) => <TimeText at={at} /> },
          { title: t.used, dataIndex: "last_used_at", render: (at: number | null) => <TimeText at={at} /> },
          {
            key: "revoke",
            align: "right",
            render: (_, token) =>
              !token.revoked_at && (
                <Flex gap={8} justify="flex-end">
                  {may("tokens:change") && (
                    <Button size="small" onClick={() => setRenamed(token)}>
                      {t.rename}
                    </Button>
                  )}
                  {may("tokens:remove") && (
                    <Button size="small" danger onClick={() => revoke(token)}>
                      {t.revoke}
                    </Button>
                  )}
                </Flex>
              ),
          },
        ]}
      />
      {isNew && (
        <TokenForm
          onClose={(token) => {
            setNew(false);
            if (token) setMade(token);
            void queries.invalidateQueries({ queryKey: ["tokens"] });
          }}
        />
      )}
      {renamed && (
        <FormDrawer
          title={t.rename}
          initial={{ name: renamed.name }}
          send={(body) => told(api.PUT("/tokens/{id}", { params: { path: { id: renamed.id } }, body }))}
          onClose={() => {
            setRenamed(undefined);
            void queries.invalidateQueries({ queryKey: ["tokens"] });
          }}
        >
          <NameItem />
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

function Scope({ token, labelOf }: { token: ApiToken; labelOf: (role: string) => string }) {
  return (
    <Flex gap={4} wrap>
      {token.roles.map((role) => (
        <Tag key={role} color="blue">
          {labelOf(role)}
        </Tag>
      ))}
      {token.permissions.map((permission) => (
        <Tag key={permission}>{permissionText(permission)}</Tag>
      ))}
    </Flex>
  );
}

function TokenState({ token }: { token: ApiToken }) {
  const [now] = useState(() => Date.now());
  if (token.revoked_at) return <Tag>{t.revoked}</Tag>;
  if (token.expires_at && token.expires_at < now) return <Tag color="warning">{t.expired}</Tag>;
  return <Tag color="success">{t.good}</Tag>;
}
