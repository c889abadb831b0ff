import { Alert } from "antd";

import { PlainTable } from "../../../parts/PlainTable";
import { plural, texts } from "../../../language/texts";
import { t as words } from "../words";
import type { Chosen } from "./BatchDialog";
import { type Failure, type Outcome, triedOf } from "./run";

const people = (n: number) => plural(n, "member");

const t = texts({
  done: (n: number) => [`已完成 ${n} 名成员`, `Done for ${people(n)}`],
  failed: (n: number) => [`${n} 名成员未能完成，原因如下`, `Not done for ${people(n)}, and why`],
  left: (n: number) => [`已停止，${n} 名成员没有处理`, `Stopped, with ${people(n)} to go, who are as they were`],
  unknown: (n: number) => [
    `其余 ${n} 名成员没有处理，或结果未知`,
    `Broken off, with ${people(n)} to go; what became of some of them may be unknown`,
  ],
  reason: ["原因", "Reason"],
});

/** How it went: how many were done, and who was not, and why. */
export function BatchOutcome({ outcome, members }: { outcome: Outcome; members: readonly Chosen[] }) {
  const { done, failures } = outcome;
  const left = members.length - triedOf(outcome);
  const names = new Map(members.map(({ id, name }) => [id, name]));
  return (
    <div aria-live="polite">
      {done > 0 && <Alert type="success" showIcon title={t.done(done)} style={{ marginBottom: 12 }} />}
      {left > 0 && (
        <Alert
          type="info"
          showIcon
          title={outcome.problem ? t.unknown(left) : t.left(left)}
          style={{ marginBottom: 12 }}
        />
      )}
      {failures.length > 0 && (
        <>
          <Alert type="warning" showIcon title={t.failed(failures.length)} style={{ marginBottom: 12 }} />
          <PlainTable<Failure>
            size="small"
            rowKey="id"
            pagination={{ pageSize: 6, hideOnSinglePage: true, showSizeChanger: false, size: "small" }}
            dataSource={failures}
            columns={[
              { title: words.name, dataIndex: "id", width: 140, render: (id: string) => names.get(id) ?? id },
              { title: t.reason, dataIndex: "detail" },
            ]}
          />
        </>
      )}
    </div>
  );
}
