import { Alert, Typography } from "antd";
import { Link } from "react-router";

import { useMay } from "../../api/caller";
import { pathText, useDepartments } from "../../api/departments";
import type { SyncChange } from "../../api/schema";
import { texts } from "../../language/texts";
import { EventDrawer } from "../../parts/log/EventDrawer";
import { PlainTable } from "../../parts/PlainTable";
import { Outcome } from "./Changes";
import { type ChangedField, changedFields } from "./fields";
import { CHANGES, OBJECTS, reasonText, wordOf } from "./words";

const t = texts({
  object: ["对象", "Object"],
  change: ["更改", "Change"],
  outcome: ["结果", "Outcome"],
  key: ["目录标识", "Key in the directory"],
  here: ["本系统中", "Here"],
  open: ["查看", "Open it"],
  changes: ["更改内容", "What changes"],
  field: ["字段", "Field"],
  before: ["更改前", "Before"],
  after: ["更改后", "After"],
});

/** All about one change: what it was, what it becomes, and why it was not made. */
export function ChangeDrawer({ change, onClose }: { change: SyncChange; onClose: () => void }) {
  const fields = changedFields(change.before, change.after);
  return (
    <EventDrawer
      title={`${wordOf(CHANGES, change.kind)} ${change.name}`}
      onClose={onClose}
      rows={[
        [t.object, wordOf(OBJECTS, change.object)],
        [t.change, wordOf(CHANGES, change.kind)],
        [t.outcome, <Outcome key="outcome" outcome={change.outcome} />],
        [
          t.key,
          <Typography.Text key="key" className="mono" copyable style={{ overflowWrap: "anywhere" }}>
            {change.key}
          </Typography.Text>,
        ],
        [t.here, <Here key="here" change={change} />],
      ]}
    >
      {change.reason && <Alert type="warning" showIcon title={reasonText(change.reason)} style={{ marginTop: 16 }} />}
      {fields.length > 0 && (
        <>
          <Typography.Title level={2} style={{ fontSize: 16, marginTop: 24 }}>
            {t.changes}
          </Typography.Title>
          <PlainTable<ChangedField>
            size="small"
            rowKey="field"
            dataSource={fields}
            columns={[
              { title: t.field, dataIndex: "label" },
              { title: t.before, key: "before", render: (_, one) => <Value of={one} text={one.before} /> },
              { title: t.after, key: "after", render: (_, one) => <Value of={one} text={one.after} isNew /> },
            ]}
          />
        </>
      )}
    </EventDrawer>
  );
}

function Value({ of: { field }, text, isNew }: { of: ChangedField; text: string | undefined; isNew?: boolean }) {
  if (text === undefined) return "–";
  const shown = field === "parent" ? <DepartmentPath id={text} /> : text;
  return <Typography.Text strong={isNew}>{shown}</Typography.Text>;
}

function DepartmentPath({ id }: { id: string }) {
  const [found] = useDepartments([id]);
  return found ? pathText(found) : <span className="mono">{id}</span>;
}

/** Where it is here; what is only planned is nowhere yet. */
function Here({ change: { object, object_id: id, outcome, kind } }: { change: SyncChange }) {
  const may = useMay();
  const isThere = id && !(kind === "create" && outcome !== "done") && kind !== "conflict" && kind !== "unfit";
  if (!isThere) return "–";
  const to = {
    person: may("members:read") && `/members?member=${id}`,
    person_manager: may("members:read") && `/members?member=${id}`,
    department: may("departments:read") && `/members?department=${id}`,
    department_managers: may("departments:read") && `/members?department=${id}`,
    group: may("groups:read") && `/groups/${id}`,
  }[object];
  return to ? <Link to={to}>{t.open}</Link> : <span className="mono">{id}</span>;
}
