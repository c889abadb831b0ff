import { Descriptions, Drawer, Grid } from "antd";
import type { ReactNode } from "react";

type Props = {
  title: string;
  rows: [label: string, value: ReactNode][];
  onClose: () => void;
  children?: ReactNode;
};

/** Everything that is known of one event; what is not known is left out. */
export function EventDrawer({ title, rows, onClose, children }: Props) {
  const isWide = Grid.useBreakpoint().md ?? true;
  const known = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return (
    <Drawer open size={isWide ? 640 : "100%"} title={title} onClose={onClose}>
      <Descriptions
        column={1}
        bordered
        size="small"
        styles={{ label: { width: 150 }, content: { overflowWrap: "anywhere" } }}
        items={known.map(([label, value]) => ({ key: label, label, children: value }))}
      />
      {children}
    </Drawer>
  );
}
