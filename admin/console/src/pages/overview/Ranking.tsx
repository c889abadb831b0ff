import { Card, Flex, theme, Typography } from "antd";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { language } from "../../language/language";
import { texts } from "../../language/texts";

const t = texts({ none: ["没有记录", "Nothing to show"] });

type Ranked = { key: string; name: string; count: number; to?: string };

type Props = { title: string; rows: readonly Ranked[]; extra?: ReactNode };

/** What there is most of, each with a bar as long as its share of the first, and a way to see them. */
export function Ranking({ title, rows, extra }: Props) {
  const { token } = theme.useToken();
  const most = Math.max(1, ...rows.map(({ count }) => count));
  return (
    <Card
      title={title}
      extra={extra}
      style={{ flex: "1 1 300px", minWidth: 0 }}
      styles={{ body: { padding: "12px 20px" } }}
    >
      {rows.length === 0 && <Typography.Text type="secondary">{t.none}</Typography.Text>}
      {rows.slice(0, 6).map(({ key, name, count, to }) => (
        <div key={key} style={{ padding: "6px 0" }}>
          <Flex justify="space-between" gap={12}>
            {to ? <Link to={to}>{name}</Link> : <Typography.Text ellipsis>{name}</Typography.Text>}
            <span>{count.toLocaleString(language)}</span>
          </Flex>
          <div style={{ height: 4, borderRadius: 2, background: token.colorFillSecondary, marginTop: 4 }}>
            <div
              style={{ height: 4, borderRadius: 2, width: `${(100 * count) / most}%`, background: token.colorPrimary }}
            />
          </div>
        </div>
      ))}
    </Card>
  );
}
