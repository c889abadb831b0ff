import { Checkbox, Flex } from "antd";

import type { PolicyAudience } from "../../api/schema";
import { texts } from "../../language/texts";
import { GroupChooser } from "../../parts/choosers";

const t = texts({
  guests: ["所有访客", "All guests"],
  groups: ["选择用户组", "Choose groups"],
});

type Props = { id?: string; value?: PolicyAudience[]; onChange?: (who: PolicyAudience[]) => void; disabled?: boolean };

/** Groups, and guests. */
export function Audience({ id, value = [], onChange, disabled }: Props) {
  const groups = value.flatMap((who) => (who.kind === "group" ? [who.id] : []));
  const guests = value.some((who) => who.kind === "guests");
  const change = (withGuests: boolean, ids: string[]) =>
    onChange?.([
      ...(withGuests ? [{ kind: "guests" } as const] : []),
      ...ids.map((group) => ({ kind: "group", id: group }) as const),
    ]);
  return (
    <Flex vertical gap={8}>
      <GroupChooser
        id={id}
        mode="multiple"
        aria-label={t.groups}
        placeholder={t.groups}
        value={groups}
        disabled={disabled}
        onChange={(ids) => change(guests, [ids].flat())}
      />
      <Checkbox checked={guests} disabled={disabled} onChange={(event) => change(event.target.checked, groups)}>
        {t.guests}
      </Checkbox>
    </Flex>
  );
}
