import { UserAddOutlined } from "@ant-design/icons";
import { Button, Flex, type TableProps, Typography } from "antd";
import { useState } from "react";
import { Link } from "react-router";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { usePages } from "../../api/paging";
import type { Group, Member } from "../../api/schema";
import { listed, texts } from "../../language/texts";
import { MemberChooser } from "../../parts/choosers";
import { CursorTable } from "../../parts/CursorTable";
import { Nothing } from "../../parts/Nothing";
import { PersonAvatar } from "../../parts/PersonAvatar";
import { useAction } from "../../parts/useAction";
import { StatusTag } from "../members/StatusTag";
import { t as memberWords } from "../members/words";

const t = texts({
  choose: ["输入姓名、用户名或邮箱", "Type a name, username or email"],
  add: ["添加成员", "Add members"],
  added: (n: number) => [`已添加 ${n} 名成员`, n === 1 ? "1 member added" : `${n} members added`],
  take: ["移出", "Remove"],
  takeTitle: (name: string, group: string) => [`将${name}移出“${group}”？`, `Remove ${name} from “${group}”?`],
  takeText: ["此人将失去经由此用户组获得的访问权限。", "They lose what they may reach by this group."],
  none: ["这个用户组还没有成员", "No members in this group yet"],
  ruled: ["成员由规则自动维护", "A rule keeps who is in this group"],
  ruledHint: ["目前没有人符合规则。", "Nobody fits the rule just now."],
  noneHint: ["在上方搜索并添加成员。", "Search for members above and add them."],
});

/** The people of a group; adding and taking out. */
export function GroupMembers({ group }: { group: Group }) {
  const may = useMay();
  const { ask } = useAction();
  const isRuled = group.rule !== null && group.rule !== undefined;
  const mayChange = may("groups:change") && !isRuled;
  const pages = usePages(["members", "of-group", group.id], (after) =>
    told(api.GET("/members", { params: { query: { group: group.id, after } } })),
  );
  const take = ({ id, display_name }: Member) => {
    const path = { id: group.id, member: id };
    ask({ title: t.takeTitle(display_name, group.name), content: t.takeText, okText: t.take, isDanger: true }, () =>
      told(api.DELETE("/groups/{id}/members/{member}", { params: { path } })),
    );
  };
  return (
    <CursorTable<Member>
      pages={pages}
      rowKey="id"
      nothing={<Nothing title={t.none} hint={isRuled ? t.ruledHint : mayChange ? t.noneHint : undefined} />}
      filters={
        mayChange ? <Adding group={group} /> : isRuled && <Typography.Text type="secondary">{t.ruled}</Typography.Text>
      }
      columns={columns(mayChange ? take : undefined)}
    />
  );
}

function Adding({ group }: { group: Group }) {
  const { act } = useAction();
  const [chosen, setChosen] = useState<string[]>([]);
  const [isAdding, setAdding] = useState(false);
  const add = async () => {
    setAdding(true);
    const put = (member: string) =>
      told(api.PUT("/groups/{id}/members/{member}", { params: { path: { id: group.id, member } } }));
    const isDone = await act(async () => {
      for (const member of chosen) await put(member);
    }, t.added(chosen.length));
    setAdding(false);
    if (isDone) setChosen([]);
  };
  return (
    <>
      <MemberChooser
        mode="multiple"
        value={chosen}
        aria-label={t.choose}
        placeholder={t.choose}
        style={{ width: 380, maxWidth: "100%" }}
        onChange={(next) => setChosen([next].flat())}
      />
      <Button
        type="primary"
        icon={<UserAddOutlined />}
        disabled={chosen.length === 0}
        loading={isAdding}
        onClick={() => void add()}
      >
        {t.add}
      </Button>
    </>
  );
}

function columns(take: ((member: Member) => void) | undefined): TableProps<Member>["columns"] {
  return [
    {
      title: memberWords.name,
      key: "name",
      render: (_, { id, display_name, username }) => (
        <Flex gap={10} align="center">
          <PersonAvatar id={id} name={display_name} />
          <div style={{ lineHeight: 1.4 }}>
            <Link to={`/members?member=${id}`}>{display_name}</Link>
            <Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>
              {username}
            </Typography.Text>
          </div>
        </Flex>
      ),
    },
    {
      title: memberWords.departments,
      dataIndex: "departments",
      render: (departments: Member["departments"]) => listed(departments.map(({ name }) => name)) || "–",
    },
    { title: memberWords.status, dataIndex: "status", render: (status: string) => <StatusTag status={status} /> },
    ...(take
      ? [
          {
            key: "take",
            align: "right" as const,
            render: (_: unknown, member: Member) => (
              <Button size="small" onClick={() => take(member)}>
                {t.take}
              </Button>
            ),
          },
        ]
      : []),
  ];
}
