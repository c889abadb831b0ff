import { DownOutlined } from "@ant-design/icons";
import { Breadcrumb, Button, Dropdown, Flex, Tag, Typography } from "antd";
import type { ReactNode } from "react";

import { useDepartments } from "../../../api/departments";
import { ManagerTags } from "../managers/ManagerTags";
import { t as words } from "../words";
import type { Deeds } from "./deeds";
import { t } from "./words";

type Props = {
  id: string | undefined;
  onChoose: (id: string | undefined) => void;
  deeds: Deeds;
  /** Beside the name. */
  count: ReactNode;
};

/** Whose people the list shows, where that is in the tree, and what can be done with it. */
export function DepartmentHead({ id, onChoose, deeds, count }: Props) {
  const [department] = useDepartments(id ? [id] : []);
  const items = department ? deeds.menuOf(department) : [];
  const above = [
    { id: undefined, name: t.everybody },
    ...(department?.path ?? []).map((one) => ({ id: one.id as string | undefined, name: one.name })),
  ];
  return (
    <Flex justify="space-between" align="flex-end" gap={12} wrap style={{ marginBottom: 12 }}>
      <div>
        {department && (
          <Breadcrumb
            items={above.map(({ id, name }) => ({
              key: id ?? "",
              title: (
                <Button type="link" size="small" style={{ padding: 0, height: "auto" }} onClick={() => onChoose(id)}>
                  {name}
                </Button>
              ),
            }))}
          />
        )}
        <Flex align="baseline" gap={10}>
          <Typography.Title level={2} style={{ fontSize: 18, margin: 0 }}>
            {id ? (department?.name ?? "…") : t.everybody}
          </Typography.Title>
          {count}
        </Flex>
        {department && (
          <Flex gap={8} align="center" style={{ marginTop: 4 }}>
            <Typography.Text type="secondary">{words.managers}</Typography.Text>
            <ManagerTags of={{ kind: "department", id: department.id, name: department.name }} />
            {department.source && <Tag>{words.from(department.source)}</Tag>}
          </Flex>
        )}
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
