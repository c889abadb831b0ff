import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Select, Tag } from "antd";
import { useState } from "react";

import { useMay } from "../../../api/caller";
import { api, told } from "../../../api/client";
import type { Assignment, Member } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { DepartmentChooser } from "../../../parts/DepartmentChooser";
import { holdingText, useRoles } from "../../../parts/roles";
import { useAction } from "../../../parts/useAction";
import { t as words } from "../words";

const t = texts({
  change: ["修改角色", "Change roles"],
  add: ["添加角色", "Add a role"],
  takeAway: ["移除", "Take away"],
  everywhere: ["不限部门", "Everywhere"],
  within: ["限定到部门", "Confined to departments"],
  save: ["保存", "Save"],
  cancel: ["取消", "Cancel"],
  none: ["无", "None"],
});

/** What the person may administer, and where. */
export function MemberRoles({ member }: { member: Member }) {
  const may = useMay();
  const [isChanging, setChanging] = useState(false);
  if (isChanging) return <Changing member={member} onClose={() => setChanging(false)} />;
  return (
    <Flex gap={8} wrap align="center">
      {member.roles.length > 0
        ? member.roles.map((held) => (
            <Tag key={held.role} color="blue">
              {holdingText(held)}
            </Tag>
          ))
        : t.none}
      {may("role_assignments:change") && (
        <Button size="small" onClick={() => setChanging(true)}>
          {t.change}
        </Button>
      )}
    </Flex>
  );
}

function Changing({ member, onClose }: { member: Member; onClose: () => void }) {
  const { act } = useAction();
  const roles = useRoles();
  const [chosen, setChosen] = useState<Assignment[]>(
    member.roles.map(({ role, within }) => ({ role, within: within?.map(({ id }) => id) })),
  );
  // That which was read with the roles above: what others give meanwhile is not taken away unknowingly.
  const [etag] = useState(`"${member.version}"`);
  const others = roles.filter(({ id }) => !chosen.some(({ role }) => role === id));
  const put = (at: number, next: Assignment) => setChosen(chosen.map((one, i) => (i === at ? next : one)));
  const save = async () => {
    const params = { path: { id: member.id }, header: { "If-Match": etag } };
    if (await act(() => told(api.PUT("/members/{id}/roles", { params, body: { roles: chosen } })))) onClose();
  };
  return (
    <Flex vertical gap={8}>
      {chosen.map((one, at) => (
        <Flex key={one.role} gap={8} wrap align="center">
          <Tag color="blue">{roles.find(({ id }) => id === one.role)?.label ?? one.role}</Tag>
          {one.role !== "owner" && (
            <DepartmentChooser
              multiple
              aria-label={t.within}
              placeholder={t.everywhere}
              style={{ flex: 1, minWidth: 180 }}
              value={one.within ?? []}
              onChange={(within: string[]) => put(at, { ...one, within: within.length > 0 ? within : undefined })}
            />
          )}
          <Button
            size="small"
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t.takeAway}
            onClick={() => setChosen(chosen.filter((_, i) => i !== at))}
          />
        </Flex>
      ))}
      <Flex gap={8} wrap>
        <Select
          aria-label={words.roles}
          placeholder={t.add}
          suffixIcon={<PlusOutlined />}
          style={{ minWidth: 180 }}
          value={null}
          onChange={(role: string | null) => role && setChosen([...chosen, { role }])}
          options={others.map(({ id, label }) => ({ value: id, label }))}
        />
        <Button type="primary" onClick={() => void save()}>
          {t.save}
        </Button>
        <Button onClick={onClose}>{t.cancel}</Button>
      </Flex>
    </Flex>
  );
}
