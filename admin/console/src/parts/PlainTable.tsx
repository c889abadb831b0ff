import { Table, type TableProps } from "antd";
import { useEffect, useRef } from "react";

import { mendTables } from "./mendTables";

/** A table of few rows, without paging; can be scrolled sideways by pointer and by keys. */
export function PlainTable<T extends object>(props: TableProps<T>) {
  const around = useRef<HTMLDivElement>(null);
  useEffect(() => mendTables(around.current));
  return (
    <div ref={around}>
      <Table<T> pagination={false} scroll={{ x: "max-content" }} {...props} />
    </div>
  );
}
