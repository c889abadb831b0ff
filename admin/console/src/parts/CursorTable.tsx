import { LeftOutlined, ReloadOutlined, RightOutlined } from "@ant-design/icons";
import { Button, Card, Flex, Table, type TableProps, Typography } from "antd";
import { type ReactNode, useEffect, useRef } from "react";

import type { Pages } from "../api/paging";
import { texts } from "../language/texts";
import { Failed } from "./Failed";
import { mendTables } from "./mendTables";
import { Nothing } from "./Nothing";
import { timeText } from "./TimeText";

const t = texts({
  page: (n: number) => [`第 ${n} 页`, `Page ${n}`],
  back: ["上一页", "Previous page"],
  forward: ["下一页", "Next page"],
  reload: ["刷新", "Reload"],
  searched: (to: string) => [
    `已查找到 ${to}，可以继续查找`,
    `Searched as far as ${to}; go on to the next page to search further`,
  ],
});

type Props<T> = Omit<TableProps<T>, "dataSource" | "pagination" | "loading" | "title" | "footer"> & {
  pages: Pages<T>;
  /** Above the rows: search and filters. */
  filters?: ReactNode;
  /** Between the filters and the rows: what can be done with rows that are ticked. */
  bar?: ReactNode;
  /** In the place of rows where there are none. */
  nothing?: ReactNode;
  onOpen?: (row: T) => void;
};

/** A listing with its filters, a page at a time. */
export function CursorTable<T extends object>({ pages, filters, bar, nothing, onOpen, ...table }: Props<T>) {
  const { items, page, searchedTo, isLoading, error, forward, back, reload } = pages;
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => mendTables(card.current));
  return (
    <Card ref={card} styles={{ body: { padding: 0 } }}>
      <Flex gap={8} wrap style={{ padding: 16 }} align="center">
        {filters}
        <span style={{ flex: 1 }} />
        <Button icon={<ReloadOutlined />} onClick={reload} aria-label={t.reload} title={t.reload} />
      </Flex>
      {bar}
      {error !== null && (
        <div style={{ padding: 16 }}>
          <Failed error={error} onRetry={reload} />
        </div>
      )}
      {/* What was read before is shown on, below what says that it is not the newest. */}
      {(error === null || items.length > 0) && (
        <Table<T>
          size="middle"
          {...table}
          dataSource={items}
          loading={isLoading && { delay: 200 }}
          pagination={false}
          scroll={{ x: "max-content", ...table.scroll }}
          locale={{
            emptyText: isLoading ? " " : searchedTo ? <Nothing title={t.searched(timeText(searchedTo))} /> : nothing,
          }}
          onRow={
            onOpen &&
            ((row) => ({
              onClick: () => onOpen(row),
              style: { cursor: "pointer" },
            }))
          }
        />
      )}
      {(page > 1 || forward) && (
        <Flex gap={8} justify="flex-end" align="center" style={{ padding: 12 }}>
          {searchedTo && items.length > 0 && (
            <Typography.Text type="secondary">{t.searched(timeText(searchedTo))}</Typography.Text>
          )}
          <Button icon={<LeftOutlined />} disabled={!back} onClick={back} aria-label={t.back} />
          <span>{t.page(page)}</span>
          <Button icon={<RightOutlined />} disabled={!forward} onClick={forward} aria-label={t.forward} />
        </Flex>
      )}
    </Card>
  );
}
