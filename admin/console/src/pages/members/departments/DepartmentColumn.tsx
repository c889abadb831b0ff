import { PlusOutlined, TeamOutlined } from "@ant-design/icons";
import { Button, Flex, Input, Spin, theme } from "antd";
import { useState } from "react";

import { useMay } from "../../../api/caller";
import { useFoundDepartments } from "../../../api/departments";
import { Nothing } from "../../../parts/Nothing";
import { useSettled } from "../../../parts/useSettled";
import type { Deeds } from "./deeds";
import css from "./departments.module.css";
import { DepartmentTree } from "./DepartmentTree";
import { t } from "./words";

type Props = { chosen: string | undefined; onChoose: (id: string | undefined) => void; deeds: Deeds };

/** Everybody, the tree of departments, and a search that takes its place. */
export function DepartmentColumn({ chosen, onChoose, deeds }: Props) {
  const may = useMay();
  const { token } = theme.useToken();
  const [typed, setTyped] = useState("");
  const search = useSettled(typed.trim());
  return (
    <div className={css.column}>
      <Flex gap={8}>
        <Input.Search
          allowClear
          aria-label={t.search}
          placeholder={t.search}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        {may("departments:create") && (
          <Button
            icon={<PlusOutlined />}
            aria-label={t.create}
            title={t.create}
            onClick={() => deeds.begin({ kind: "create", parent: chosen })}
          />
        )}
      </Flex>
      <Button
        type="text"
        block
        icon={<TeamOutlined />}
        style={{ justifyContent: "flex-start", backgroundColor: chosen ? undefined : token.controlItemBgActive }}
        aria-current={!chosen}
        onClick={() => onChoose(undefined)}
      >
        {t.everybody}
      </Button>
      {search ? (
        <Found search={search} chosen={chosen} onChoose={onChoose} />
      ) : (
        <DepartmentTree chosen={chosen} onChoose={onChoose} deeds={deeds} />
      )}
    </div>
  );
}

/** Those that a search finds, each with what is above it. */
function Found({ search, chosen, onChoose }: { search: string } & Omit<Props, "deeds">) {
  const { token } = theme.useToken();
  const { data, isPending } = useFoundDepartments(search);
  if (isPending) return <Spin className={css.waiting} />;
  if (!data || data.items.length === 0) return <Nothing title={t.noMatch} />;
  return (
    <div className={css.results}>
      {data.items.map(({ id, name, path }) => (
        <Button
          key={id}
          className={css.found}
          type="text"
          aria-current={id === chosen}
          style={{ backgroundColor: id === chosen ? token.controlItemBgActive : undefined }}
          onClick={() => onChoose(id)}
        >
          <span>
            {name}
            {path.length > 0 && <span className={css.above}>{path.map((above) => above.name).join(" / ")}</span>}
          </span>
        </Button>
      ))}
    </div>
  );
}
