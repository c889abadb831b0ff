import { DownOutlined } from "@ant-design/icons";
import { Breadcrumb, Button, Dropdown, Flex, Typography } from "antd";

import { useDepartments } from "../../../api/departments";
import type { Deeds } from "./deeds";
import { t } from "./words";

type Props = { id: string | undefined; onChoose: (id: string | undefined) => void; deeds: Deeds };

/** Whose people the list shows, where that is in the tree, and what can be done with it. */
export function DepartmentHead({ id, onChoose, deeds }: Props) {
  const [department] = useDepartments(id ? [id] : []);
  if (!id) return <Heading text={t.everybody} />;
  if (!department) return <Heading text="…" />;
  const items = deeds.menuOf(department);
  const above = [
    { key: "", title: <Step text={t.everybody} onClick={() => onChoose(undefined)} /> },
    ...department.path.map((one) => ({
      key: one.id,
      title: <Step text={one.name} onClick={() => onChoose(one.id)} />,
    })),
  ];
  return (
    <Flex justify="space-between" align="flex-end" gap={12} wrap style={{ marginBottom: 12 }}>
      <div>
        <Breadcrumb items={above} />
        <Heading text={department.name} />
      </div>
      {items.length > 0 && (
        <Dropdown trigger={["click"]} menu={{ items }}>
          <Button icon={<DownOutlined />} iconPlacement="end">
            {t.manage}
          </Button>
        </Dropdown>
      )}
    </Flex>
  );
}

function Heading({ text }: { text: string }) {
  return (
    <Typography.Title level={2} style={{ fontSize: 18, margin: "0 0 12px" }}>
      {text}
    </Typography.Title>
  );
}

function Step({ text, onClick }: { text: string; onClick: () => void }) {
  return (
    <Button type="link" size="small" style={{ padding: 0, height: "auto" }} onClick={onClick}>
      {text}
    </Button>
  );
}
