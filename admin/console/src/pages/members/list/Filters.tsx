import { Button, Checkbox, Input, Select } from "antd";
import { useEffect, useRef, useState } from "react";

import { useMay } from "../../../api/caller";
import { GroupChooser } from "../../../parts/choosers";
import { useRoles } from "../../../parts/roles";
import { useSettled } from "../../../parts/useSettled";
import { isNarrow, type View, WIDE } from "../view";
import { type Status, STATUSES, t } from "../words";

type Props = { view: View; onChange: (change: View) => void };

/** What narrows the list. */
export function Filters({ view, onChange }: Props) {
  const may = useMay();
  const roles = useRoles();
  return (
    <>
      <Search value={view.search} onChange={(search) => onChange({ search })} />
      <Choice
        label={t.status}
        names={STATUSES}
        value={view.status}
        onChange={(status) => onChange({ status: status as Status | undefined })}
      />
      <Choice
        label={t.kind}
        names={{ member: t.member, guest: t.guest }}
        value={view.kind}
        onChange={(kind) => onChange({ kind: kind as View["kind"] })}
      />
      <Choice
        label={t.role}
        names={Object.fromEntries(roles.map(({ id, label }) => [id, label]))}
        value={view.role}
        onChange={(role) => onChange({ role })}
      />
      {may("groups:read") && (
        <GroupChooser
          allowClear
          aria-label={t.group}
          placeholder={t.group}
          style={{ width: 120 }}
          value={view.group}
          onChange={(group) => onChange({ group: group as string | undefined })}
        />
      )}
      {view.department && (
        <Checkbox
          checked={view.direct === "1"}
          onChange={({ target }) => onChange({ direct: target.checked ? "1" : undefined })}
        >
          {t.direct}
        </Checkbox>
      )}
      {isNarrow(view) && (
        <Button type="link" onClick={() => onChange(WIDE)}>
          {t.clear}
        </Button>
      )}
    </>
  );
}

type ChoiceProps = {
  label: string;
  names: Readonly<Record<string, string>>;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
};

function Choice({ label, names, value, onChange }: ChoiceProps) {
  return (
    <Select
      allowClear
      aria-label={label}
      placeholder={label}
      style={{ width: 108 }}
      popupMatchSelectWidth={false}
      value={value}
      onChange={onChange}
      options={Object.entries(names).map(([value, label]) => ({ value, label }))}
    />
  );
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
      style={{ width: 260, maxWidth: "100%" }}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}
