import { Button, Flex, Select, Tag } from "antd";
import { useState } from "react";

import { useMay } from "../../../api/caller";
import { api, told } from "../../../api/client";
import type { Member, Role } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { roleName, ROLES } from "../../../parts/roles";
import { useAction } from "../../../parts/useAction";
import { t as words } from "../words";

const t = texts({
  change: ["修改角色", "Change roles"],
  save: ["保存", "Save"],
  cancel: ["取消", "Cancel"],
  none: ["无", "None"],
});

/** What the person may administer. */
export function MemberRoles({ member }: { member: Member }) {
  const may = useMay();
  const { act } = useAction();
  const [chosen, setChosen] = useState<Role[]>();
  const save = async (roles: Role[]) => {
    const deed = () => told(api.PUT("/members/{id}/roles", { params: { path: { id: member.id } }, body: { roles } }));
    if (await act(deed)) setChosen(undefined);
  };
  return chosen ? (
    <Flex gap={8} wrap>
      <Select<Role[]>
        mode="multiple"
        aria-label={words.roles}
        style={{ minWidth: 260, flex: 1 }}
        value={chosen}
        onChange={setChosen}
        options={ROLES.map((role) => ({ value: role, label: roleName(role) }))}
      />
      <Button type="primary" onClick={() => void save(chosen)}>
        {t.save}
      </Button>
      <Button onClick={() => setChosen(undefined)}>{t.cancel}</Button>
    </Flex>
  ) : (
    <Flex gap={8} wrap align="center">
      {member.roles.length > 0
        ? member.roles.map((role) => (
            <Tag key={role} color="blue">
              {roleName(role)}
            </Tag>
          ))
        : t.none}
      {may("roles:change") && (
        <Button size="small" onClick={() => setChosen(member.roles)}>
          {t.change}
        </Button>
      )}
    </Flex>
  );
}
