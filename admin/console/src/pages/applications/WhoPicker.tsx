import { PlusOutlined } from "@ant-design/icons";
import { Button, ConfigProvider, Flex, Popover, Select, Tag } from "antd";
import { useState } from "react";

import type { Role, Who } from "../../api/schema";
import { texts } from "../../language/texts";
import { GroupChooser, MemberChooser } from "../../parts/choosers";
import { DepartmentChooser } from "../../parts/DepartmentChooser";
import { roleName, ROLES } from "../../parts/roles";
import { useWhoNames } from "./useWhoNames";

const KINDS = texts({
  everyone: ["所有已登录的人", "Everybody who has signed in"],
  members: ["全部成员", "All members"],
  guests: ["全部访客", "All guests"],
  department: ["部门（含下级）", "A department, with those below it"],
  group: ["用户组", "A group"],
  person: ["个人", "A person"],
  role: ["角色", "A role"],
});

const t = texts({
  add: ["添加对象", "Add"],
  kind: ["类型", "Kind"],
  which: ["选择", "Which"],
});

type Props = { value?: Who[]; onChange?: (who: Who[]) => void };

/** Those of whom a rule speaks. */
export function WhoPicker({ value = [], onChange }: Props) {
  const { componentDisabled: disabled } = ConfigProvider.useConfig();
  const [isOpen, setOpen] = useState(false);
  const nameOf = useWhoNames(value);
  const add = (who: Who) => {
    if (!value.some((one) => key(one) === key(who))) onChange?.([...value, who]);
    setOpen(false);
  };
  return (
    <Flex gap={4} wrap align="center">
      {value.map((who) => (
        <Tag key={key(who)} closable={!disabled} onClose={() => onChange?.(value.filter((one) => one !== who))}>
          {"id" in who ? nameOf(who) : KINDS[who.kind]}
        </Tag>
      ))}
      <Popover trigger="click" open={isOpen && !disabled} onOpenChange={setOpen} content={<Adding onAdd={add} />}>
        <Button size="small" icon={<PlusOutlined />}>
          {t.add}
        </Button>
      </Popover>
    </Flex>
  );
}

function key(who: Who): string {
  return "id" in who ? `${who.kind}:${who.id}` : who.kind;
}

function Adding({ onAdd }: { onAdd: (who: Who) => void }) {
  const [kind, setKind] = useState<Who["kind"]>();
  const choose = (id: unknown) => onAdd({ kind, id: String(id) } as Who);
  const width = { width: 280 };
  return (
    <Flex vertical gap={8}>
      <Select<Who["kind"]>
        aria-label={t.kind}
        placeholder={t.kind}
        style={width}
        value={kind}
        onChange={(chosen) => {
          if (chosen === "everyone" || chosen === "members" || chosen === "guests") onAdd({ kind: chosen });
          else setKind(chosen);
        }}
        options={(Object.entries(KINDS) as [Who["kind"], string][]).map(([value, label]) => ({ value, label }))}
      />
      {kind === "department" && <DepartmentChooser aria-label={t.which} style={width} onChange={choose} />}
      {kind === "group" && <GroupChooser aria-label={t.which} style={width} onChange={choose} />}
      {kind === "person" && <MemberChooser aria-label={t.which} style={width} onChange={choose} />}
      {kind === "role" && (
        <Select<Role>
          aria-label={t.which}
          style={width}
          onChange={choose}
          options={ROLES.map((role) => ({ value: role, label: roleName(role) }))}
        />
      )}
    </Flex>
  );
}
