import { Checkbox, Table } from "antd";

import { texts } from "../language/texts";
import { chosenWith, type Deed, DEEDS, RESOURCES, resourceName } from "./permissions";

const t = texts({ about: ["对象", "What"] });

type Props = {
  value?: string[];
  onChange?: (chosen: string[]) => void;
  /** All that can be chosen. */
  all: readonly string[];
  disabled?: boolean;
};

/** Permissions: a row for each thing, a box for what may be done to it. */
export function PermissionMatrix({ value = [], onChange, all, disabled }: Props) {
  const rows = Object.keys(RESOURCES).filter((resource) => all.some((one) => one.startsWith(`${resource}:`)));
  const deeds = Object.keys(DEEDS) as Deed[];
  return (
    <Table<string>
      size="small"
      pagination={false}
      rowKey={(resource) => resource}
      dataSource={rows}
      scroll={{ x: 320 }}
      columns={[
        { title: t.about, key: "about", render: (_, resource) => resourceName(resource) },
        ...deeds.map((deed) => ({
          title: DEEDS[deed],
          key: deed,
          align: "center" as const,
          width: 56,
          render: (_: unknown, resource: string) => {
            const permission = `${resource}:${deed}`;
            if (!all.includes(permission)) return null;
            return (
              <Checkbox
                aria-label={`${resourceName(resource)}: ${DEEDS[deed]}`}
                checked={value.includes(permission)}
                disabled={disabled}
                onChange={({ target }) => onChange?.(chosenWith(value, permission, target.checked, all))}
              />
            );
          },
        })),
      ]}
    />
  );
}
