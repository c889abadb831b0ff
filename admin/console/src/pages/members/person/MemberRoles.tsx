import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Radio, Select, Tag, Typography } from "antd";
import { useState } from "react";

import { useMay } from "../../../api/caller";
import { api, told } from "../../../api/client";
import type { Assignment, Member } from "../../../api/schema";
import { listed, texts } from "../../../language/texts";
import { DepartmentChooser } from "../../../parts/DepartmentChooser";
import { holdingText, useRoles } from "../../../parts/roles";
import { useAction } from "../../../parts/useAction";
import { t as words } from "../words";
import { assignmentOf, type Chosen, chosenOf, widened } from "./scope";

const t = texts({
  change: ["修改角色", "Change roles"],
  add: ["添加角色", "Add a role"],
  takeRole: (role: string) => [`移除角色：${role}`, `Take away: ${role}`],
  where: (role: string) => [`“${role}”的生效范围`, `Where ${role} holds`],
  everywhere: ["不限部门", "Everywhere"],
  within: ["限定到部门", "Confined to departments"],
  choose: ["请选择部门", "Choose departments"],
  missing: [
    "请选择角色的生效范围；限定到部门时至少选择一个部门。",
    "Say where the role holds; to confine it takes a department.",
  ],
  widenTitle: ["取消部门限定？", "Let it hold everywhere?"],
  widenText: (roles: string) => [
    `${roles}将不再限定到部门，对整个组织生效。`,
    `No longer confined to departments, but good for the whole organisation: ${roles}.`,
  ],
  widen: ["不限部门", "Everywhere"],
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

function Changing({ member: shown, onClose }: { member: Member; onClose: () => void }) {
  // As they were read: what others give meanwhile is not taken away unknowingly.
  const [member] = useState(shown);
  const { act, ask } = useAction();
  const roles = useRoles();
  const [chosen, setChosen] = useState<Chosen[]>(member.roles.map(chosenOf));
  const [isTried, setTried] = useState(false);
  const labelOf = (role: string) =>
    roles.find(({ id }) => id === role)?.label ?? member.roles.find((held) => held.role === role)?.name ?? role;
  const others = roles.filter(({ id }) => !chosen.some(({ role }) => role === id));
  const put = (at: number, next: Chosen) => setChosen(chosen.map((one, i) => (i === at ? next : one)));
  const send = (roles: Assignment[]) => {
    const params = { path: { id: member.id }, header: { "If-Match": `"${member.version}"` } };
    return told(api.PUT("/members/{id}/roles", { params, body: { roles } }));
  };
  const save = async () => {
    setTried(true);
    const wanted = chosen.flatMap((one) => assignmentOf(one) ?? []);
    if (wanted.length < chosen.length) return;
    const wider = listed(widened(member.roles, wanted).map(({ role }) => labelOf(role)));
    if (wider) {
      const question = { title: t.widenTitle, content: t.widenText(wider), okText: t.widen, isDanger: true };
      ask(question, () => send(wanted), onClose);
    } else if (await act(() => send(wanted))) onClose();
  };
  return (
    <Flex vertical gap={8}>
      {chosen.map((one, at) => (
        <Flex key={one.role} vertical gap={4}>
          <Flex gap={8} align="center" justify="space-between">
            <Tag color="blue">{labelOf(one.role)}</Tag>
            <Button
              size="small"
              type="text"
              icon={<DeleteOutlined />}
              aria-label={t.takeRole(labelOf(one.role))}
              onClick={() => setChosen(chosen.filter((_, i) => i !== at))}
            />
          </Flex>
          {one.role !== "owner" && (
            <Where chosen={one} label={t.where(labelOf(one.role))} onChange={(next) => put(at, next)} />
          )}
          {isTried && !assignmentOf(one) && (
            <Typography.Text type="danger" role="alert">
              {t.missing}
            </Typography.Text>
          )}
        </Flex>
      ))}
      <Flex gap={8} wrap>
        <Select
          aria-label={words.roles}
          placeholder={t.add}
          suffixIcon={<PlusOutlined />}
          style={{ minWidth: 180 }}
          value={null}
          onChange={(role: string | null) => role && setChosen([...chosen, { role, departments: [] }])}
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

type WhereProps = { chosen: Chosen; label: string; onChange: (next: Chosen) => void };

/** Where a role holds, which is always said and never follows from nothing being chosen. */
function Where({ chosen, label, onChange }: WhereProps) {
  return (
    <>
      <Radio.Group
        aria-label={label}
        value={chosen.where}
        onChange={({ target }) => onChange({ ...chosen, where: target.value as Chosen["where"] })}
        options={[
          { value: "everywhere", label: t.everywhere },
          { value: "within", label: t.within },
        ]}
      />
      {chosen.where === "within" && (
        <DepartmentChooser
          multiple
          aria-label={label}
          placeholder={t.choose}
          value={chosen.departments}
          onChange={(departments: string[]) => onChange({ ...chosen, departments })}
        />
      )}
    </>
  );
}
