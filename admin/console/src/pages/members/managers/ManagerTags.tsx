import { EditOutlined } from "@ant-design/icons";
import { Button, Flex, Tag, Tooltip } from "antd";
import { useState } from "react";
import { Link } from "react-router";

import { useMay } from "../../../api/caller";
import type { Manager } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { STATUSES } from "../words";
import { ManagersForm } from "./ManagersForm";
import { type Managed, useManagers } from "./useManagers";

const t = texts({
  change: ["修改", "Change"],
  saidBy: (name: string) => [
    `由目录“${name}”提供，请在该目录中修改。`,
    `The directory “${name}” says so: change it there.`,
  ],
});

/** The managers of a department or a person; those who are no longer active are marked. */
export function ManagerTags({ of }: { of: Managed }) {
  const may = useMay();
  const { data } = useManagers(of);
  const [isEditing, setEditing] = useState(false);
  if (!data) return "…";
  const mayChange = may(of.kind === "department" ? "departments:change" : "members:change");
  const tags = data.managers.map((one) => <ManagerTag key={one.id} manager={one} />);
  return (
    <Flex gap={4} wrap align="center">
      {tags.length === 0 ? (
        "–"
      ) : data.said_by ? (
        <Tooltip title={t.saidBy(data.said_by)}>{<span>{tags}</span>}</Tooltip>
      ) : (
        tags
      )}
      {mayChange && !data.said_by && (
        <Button
          type="text"
          size="small"
          icon={<EditOutlined />}
          aria-label={t.change}
          title={t.change}
          onClick={() => setEditing(true)}
        />
      )}
      {isEditing && <ManagersForm of={of} managers={data.managers} onClose={() => setEditing(false)} />}
    </Flex>
  );
}

function ManagerTag({ manager: { id, display_name: name, status } }: { manager: Manager }) {
  const may = useMay();
  const shown = may("members:read") ? <Link to={`/members?member=${id}`}>{name}</Link> : name;
  return (
    <Tag>
      {shown}
      {status !== "active" && ` · ${STATUSES[status]}`}
    </Tag>
  );
}
