import { Button, Input, Select } from "antd";
import { useEffect, useRef, useState } from "react";

import type { Role } from "../../../api/schema";
import { roleName, ROLES } from "../../../parts/roles";
import { useSettled } from "../../../parts/useSettled";
import type { View } from "../view";
import { type Status, STATUSES, t } from "../words";

type Props = { view: View; onChange: (change: View) => void };

/** What narrows the list. */
export function Filters({ view, onChange }: Props) {
  return (
    <>
      <Search value={view.search} onChange={(search) => onChange({ search })} />
      <Select<Status>
        allowClear
        aria-label={t.status}
        placeholder={t.status}
        style={{ width: 120 }}
        value={view.status}
        onChange={(status: Status | undefined) => onChange({ status })}
        options={(Object.entries(STATUSES) as [Status, string][]).map(([value, label]) => ({ value, label }))}
      />
      <Select<Role>
        allowClear
        aria-label={t.role}
        placeholder={t.role}
        style={{ width: 170 }}
        value={view.role}
        onChange={(role: Role | undefined) => onChange({ role })}
        options={ROLES.map((role) => ({ value: role, label: roleName(role) }))}
      />
      {isNarrow(view) && (
        <Button type="link" onClick={() => onChange(WIDE)}>
          {t.clear}
        </Button>
      )}
    </>
  );
}

const WIDE: View = { search: undefined, status: undefined, role: undefined };

export function isNarrow({ search, status, role }: View): boolean {
  return Boolean(search ?? status ?? role);
}

/** Searches as one types, once one pauses. */
function Search({ value, onChange }: { value: string | undefined; onChange: (search: string | undefined) => void }) {
  const [typed, setTyped] = useState(value ?? "");
  const settled = useSettled(typed.trim());
  const told = useRef(value ?? "");
  useEffect(() => {
    // Cleared or set from elsewhere.
    if ((value ?? "") !== told.current) {
      told.current = value ?? "";
      setTyped(told.current);
    }
  }, [value]);
  useEffect(() => {
    if (settled === told.current) return;
    told.current = settled;
    onChange(settled || undefined);
    // Only what was typed is told, however often the listener is new.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [settled]);
  return (
    <Input.Search
      allowClear
      aria-label={t.search}
      placeholder={t.search}
      style={{ width: 300, maxWidth: "100%" }}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}
