import { DownloadOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";

import { texts } from "../language/texts";

const t = texts({
  export: ["导出", "Export"],
  csv: ["CSV（任意大小）", "CSV (any size)"],
  xlsx: ["Excel（XLSX）", "Excel (XLSX)"],
  ndjson: ["NDJSON（供程序读取）", "NDJSON (for programs)"],
});

type Props = {
  /** The address of the export, below `/api/v1`. */
  path: string;
  filter: Readonly<Record<string, unknown>>;
};

/** All that the filter shows, as a file that the browser fetches by itself, of any size. */
export function ExportButton({ path, filter }: Props) {
  const address = (format: string) => {
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(filter)) {
      if (value !== undefined && value !== null) query.set(key, String(value));
    }
    query.set("format", format);
    query.set("time_zone", Intl.DateTimeFormat().resolvedOptions().timeZone);
    return `/api/v1${path}?${query}`;
  };
  const link = (format: "csv" | "xlsx" | "ndjson") => ({
    key: format,
    label: (
      <a href={address(format)} download>
        {t[format]}
      </a>
    ),
  });
  return (
    <Dropdown trigger={["click"]} menu={{ items: [link("csv"), link("xlsx"), link("ndjson")] }}>
      <Button icon={<DownloadOutlined />}>{t.export}</Button>
    </Dropdown>
  );
}
