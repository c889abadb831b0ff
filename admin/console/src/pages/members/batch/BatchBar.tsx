import { DownOutlined } from "@ant-design/icons";
import { Button, Dropdown, Flex, theme, Typography } from "antd";
import { useState } from "react";

import { useMay } from "../../../api/caller";
import { texts } from "../../../language/texts";
import { useAction } from "../../../parts/useAction";
import { type Chosen, BatchDialog } from "./BatchDialog";
import { type BatchKind, KINDS, NAMES } from "./kinds";

const t = texts({
  chosen: (n: number) => [`已选择 ${n} 人`, `${n} selected`],
  all: (n: number) => [`选择全部 ${n} 人`, `Select all ${n}`],
  clear: ["取消选择", "Clear selection"],
  actions: ["批量操作", "Actions"],
});

type Props = {
  chosen: readonly Chosen[];
  department: string | undefined;
  /** How many the list shows, if they can all be chosen. */
  all: number | undefined;
  onAll: () => Promise<void>;
  onClear: () => void;
};

/** What can be done with the members that are ticked. */
export function BatchBar({ chosen, department, all, onAll, onClear }: Props) {
  const may = useMay();
  const { token } = theme.useToken();
  const { attempt } = useAction();
  const [kind, setKind] = useState<BatchKind>();
  const [isChoosing, setChoosing] = useState(false);
  const chooseAll = async () => {
    setChoosing(true);
    await attempt(onAll);
    setChoosing(false);
  };
  const items = KINDS.filter(({ permission }) => may(permission)).map(({ kind, isDanger }) => ({
    key: kind,
    label: NAMES[kind],
    danger: isDanger,
    onClick: () => setKind(kind),
  }));
  return (
    <Flex gap={8} wrap align="center" style={{ padding: "8px 16px", backgroundColor: token.controlItemBgActive }}>
      <Typography.Text strong aria-live="polite">
        {t.chosen(chosen.length)}
      </Typography.Text>
      <Dropdown trigger={["click"]} menu={{ items }}>
        <Button type="primary" icon={<DownOutlined />} iconPlacement="end">
          {t.actions}
        </Button>
      </Dropdown>
      {all !== undefined && all > chosen.length && (
        <Button loading={isChoosing} onClick={() => void chooseAll()}>
          {t.all(all)}
        </Button>
      )}
      <Button type="text" onClick={onClear}>
        {t.clear}
      </Button>
      {kind && (
        <BatchDialog
          kind={kind}
          members={chosen}
          department={department}
          onClose={(isDone) => {
            setKind(undefined);
            if (isDone) onClear();
          }}
        />
      )}
    </Flex>
  );
}
