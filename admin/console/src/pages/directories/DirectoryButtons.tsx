import { EllipsisOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useNavigate } from "react-router";

import { useMay } from "../../api/caller";
import type { Directory } from "../../api/schema";
import { texts } from "../../language/texts";
import { useDirectoryDeeds } from "./useDirectoryDeeds";
import { t as words } from "./words";

const t = texts({
  more: (name: string) => [`更多操作：${name}`, `More for ${name}`],
  conflicts: (n: number) => [`冲突 ${n}`, `Conflicts ${n}`],
});

/** At the head of a directory's page: where else to look, and what can be done. */
export function DirectoryButtons({ directory }: { directory: Directory }) {
  const may = useMay();
  const go = useNavigate();
  const { id, conflicts, used_for } = directory;
  return (
    <>
      {used_for !== "sign_in" && may("sync_runs:read") && (
        <>
          <Button onClick={() => void go(`/sync-runs?directory=${id}`)}>{words.records}</Button>
          <Button onClick={() => void go(`/directories/${id}/conflicts`)}>{t.conflicts(conflicts)}</Button>
        </>
      )}
      <DirectoryMenu directory={directory} />
    </>
  );
}

/** All that can be done about a directory. */
export function DirectoryMenu({ directory, isPlain }: { directory: Directory; isPlain?: boolean }) {
  const { deedsOf } = useDirectoryDeeds();
  const deeds = deedsOf(directory);
  if (deeds.length === 0) return null;
  const items = deeds.map(({ key, label, danger }) => ({ key, label, danger }));
  return (
    <Dropdown
      trigger={["click"]}
      menu={{ items, onClick: ({ key }) => void deeds.find((deed) => deed.key === key)?.run() }}
    >
      <Button type={isPlain ? "text" : "default"} icon={<EllipsisOutlined />} aria-label={t.more(directory.name)} />
    </Dropdown>
  );
}
