import { Segmented, type TableProps, Tag, Typography } from "antd";
import { useState } from "react";

import { api, told } from "../../api/client";
import { usePages } from "../../api/paging";
import type { ImportedRow, MemberImport } from "../../api/schema";
import { texts } from "../../language/texts";
import { CursorTable } from "../../parts/CursorTable";
import { Nothing } from "../../parts/Nothing";
import { t as memberWords } from "../members/words";
import { t as words, type Verdict, VERDICTS } from "./words";

const t = texts({
  all: ["全部", "All"],
  line: ["行", "Line"],
  what: ["结果", "Result"],
  problems: ["说明", "Notes"],
  allowed: (allowed: string) => [`应为：${allowed}`, `Allowed: ${allowed}`],
  none: ["没有这样的行", "No such rows"],
  show: ["显示哪些行", "Which rows"],
  failed: ["未成功", "Failed"],
  done: ["已完成", "Done"],
  left_out: ["已跳过", "Left out"],
});

const COLOURS = { create: "success", update: "processing", nothing: "default", error: "error" } as const;
const OUTCOMES: Readonly<Record<string, { text: string; colour: string }>> = {
  done: { text: t.done, colour: "success" },
  failed: { text: t.failed, colour: "error" },
  left_out: { text: t.left_out, colour: "default" },
};

/** What each row of the file would do, or did, or what is wrong with it. */
export function Rows({ of }: { of: MemberImport }) {
  const [verdict, setVerdict] = useState<Verdict | undefined>(of.errors > 0 ? "error" : undefined);
  const pages = usePages(["member-imports", of.id, "rows", verdict ?? null], (after) =>
    told(api.GET("/member-imports/{id}/rows", { params: { path: { id: of.id }, query: { verdict, after } } })),
  );
  const counts = { create: of.create, update: of.update, nothing: of.nothing, error: of.errors };
  const options = (Object.keys(counts) as Verdict[])
    .filter((one) => counts[one] > 0)
    .map((one) => ({ value: one as string, label: `${VERDICTS[one]} (${counts[one]})` }));
  return (
    <CursorTable<ImportedRow>
      pages={pages}
      rowKey="line"
      size="small"
      nothing={<Nothing title={t.none} />}
      filters={
        <Segmented
          aria-label={t.show}
          value={verdict ?? "all"}
          onChange={(one) => setVerdict(one === "all" ? undefined : (one as Verdict))}
          options={[{ value: "all", label: t.all }, ...options]}
        />
      }
      columns={COLUMNS}
    />
  );
}

/** The columns of the file, by the names of a member's fields. */
const LABELS: Readonly<Record<string, string>> = {
  username: memberWords.username,
  display_name: memberWords.name,
  email: memberWords.email,
  mobile: memberWords.mobile,
  employee_number: memberWords.number,
  departments: memberWords.departments,
  groups: memberWords.groups,
  status: memberWords.status,
};

const COLUMNS: TableProps<ImportedRow>["columns"] = [
  { title: t.line, dataIndex: "line", width: 64 },
  {
    title: t.what,
    key: "what",
    render: (_, { verdict, outcome }) => {
      const done = outcome ? OUTCOMES[outcome] : undefined;
      const known = verdict as Verdict;
      return (
        <>
          <Tag color={COLOURS[known]}>{verdict === "error" ? words.error : (VERDICTS[known] ?? verdict)}</Tag>
          {done && <Tag color={done.colour}>{done.text}</Tag>}
        </>
      );
    },
  },
  {
    title: t.problems,
    dataIndex: "problems",
    render: (problems: ImportedRow["problems"]) =>
      problems.length === 0
        ? "–"
        : problems.map(({ field, detail, allowed }) => (
            <div key={`${field} ${detail}`} style={{ maxWidth: 360, whiteSpace: "normal" }}>
              <Typography.Text type="danger">{`${LABELS[field] ?? field}: ${detail}`}</Typography.Text>
              {allowed && (
                <Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>
                  {t.allowed(allowed)}
                </Typography.Text>
              )}
            </div>
          )),
  },
  ...Object.entries(LABELS).map(([field, title]) => ({
    title,
    key: field,
    render: (_: unknown, { values }: ImportedRow) => String((values as Record<string, unknown>)[field] ?? "–"),
  })),
];
