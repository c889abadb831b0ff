import { DeleteOutlined, EditOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { useMay } from "../../api/caller";
import { api, told, type Versioned, versioned } from "../../api/client";
import type { Group } from "../../api/schema";
import { plural, texts } from "../../language/texts";
import { Failed } from "../../parts/Failed";
import { Loading } from "../../parts/Loading";
import { ManagedMark } from "../../parts/ManagedMark";
import { PageHeader } from "../../parts/PageHeader";
import { useAction } from "../../parts/useAction";
import { GroupForm } from "./GroupForm";
import { GroupMembers } from "./GroupMembers";
import { t as words } from "./words";

const t = texts({
  removeTitle: (name: string) => [`删除用户组“${name}”？`, `Delete the group “${name}”?`],
  removeText: (n: number) => [
    `${n} 名成员将失去经由此用户组获得的访问权限，成员本身不会被删除；引用它的访问规则将不再对任何人生效。此操作不可撤销。`,
    `What may be reached by this group is lost to ${plural(n, "member")}, who stay; access rules that name it apply to nobody any more. This cannot be undone.`,
  ],
});

/** One group, with its people. */
export default function GroupPage() {
  const { id = "" } = useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ["groups", "one", id],
    queryFn: () => versioned(api.GET("/groups/{id}", { params: { path: { id } } })),
  });
  if (error && !data) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading />;
  const { name, description, members } = data.value;
  return (
    <>
      <PageHeader title={name} lead={description || words.count(members)} back={{ to: "/groups", title: words.title }}>
        <ManagedMark kind="group" id={id} />
        <Buttons group={data} />
      </PageHeader>
      <GroupMembers group={data.value} />
    </>
  );
}

function Buttons({ group }: { group: Versioned<Group> }) {
  const may = useMay();
  const go = useNavigate();
  const { ask } = useAction();
  const [isEditing, setEditing] = useState(false);
  const { id, name, members } = group.value;
  const remove = () => {
    const params = { path: { id }, header: { "If-Match": group.etag } };
    ask(
      { title: t.removeTitle(name), content: t.removeText(members), okText: words.remove, isDanger: true },
      async () => {
        await told(api.DELETE("/groups/{id}", { params }));
        await go("/groups");
      },
    );
  };
  return (
    <>
      {may("groups:change") && (
        <Button icon={<EditOutlined />} onClick={() => setEditing(true)}>
          {words.edit}
        </Button>
      )}
      {may("groups:remove") && (
        <Button danger icon={<DeleteOutlined />} onClick={remove}>
          {words.remove}
        </Button>
      )}
      {isEditing && <GroupForm group={group} onClose={() => setEditing(false)} />}
    </>
  );
}
