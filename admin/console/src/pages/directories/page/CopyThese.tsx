import { Card, Typography } from "antd";

import { texts } from "../../../language/texts";

const t = texts({
  copy: (name: string) => [`复制 ${name}`, `Copy ${name}`],
  copied: ["已复制", "Copied"],
});

export type ToCopy = { label: string; value: string; hint?: string };

/** What is entered elsewhere, each with a button that copies it. */
export function CopyThese({ title, hint, values }: { title: string; hint: string; values: ToCopy[] }) {
  return (
    <Card size="small" title={title} style={{ marginBottom: 24 }}>
      <Typography.Paragraph type="secondary">{hint}</Typography.Paragraph>
      {values.map(({ label, value, hint: more }) => (
        <div key={label} style={{ marginBottom: 12 }}>
          <Typography.Text type="secondary">{label}</Typography.Text>
          <Typography.Paragraph
            className="mono"
            style={{ margin: 0, overflowWrap: "anywhere" }}
            copyable={{ text: value, tooltips: [t.copy(label), t.copied] }}
          >
            {value}
          </Typography.Paragraph>
          {more && (
            <Typography.Text type="secondary" style={{ fontSize: 12 }}>
              {more}
            </Typography.Text>
          )}
        </div>
      ))}
    </Card>
  );
}
