import { Alert, Button, Card, Flex, Progress, Statistic } from "antd";
import { useNavigate } from "react-router";

import { api, told } from "../../api/client";
import { useOnce } from "../../api/once";
import type { MemberImport } from "../../api/schema";
import { plural, texts } from "../../language/texts";
import { useAction } from "../../parts/useAction";
import { Rows } from "./Rows";
import { t as words } from "./words";

const rows = (n: number) => plural(n, "row");

const t = texts({
  ignored: (columns: string) => [
    `这些列无法识别，会被忽略：${columns}`,
    `These columns are not known and are ignored: ${columns}`,
  ],
  start: (n: number) => [`导入 ${n} 行`, `Import ${rows(n)}`],
  startTitle: (n: number) => [`导入 ${n} 行？`, `Import ${rows(n)}?`],
  startText: (create: number, update: number, left: number) => [
    `将新建 ${create} 名成员、更新 ${update} 名成员${left > 0 ? `；${left} 行有错误，会被跳过` : ""}。`,
    `${create} to create, ${update} to update${left > 0 ? `; ${rows(left)} with errors will be left out` : ""}.`,
  ],
  restText: (n: number, left: number) => [
    `将导入剩余的 ${n} 行，已导入的不会重复${left > 0 ? `；${left} 行有错误，会被跳过` : ""}。`,
    `${rows(n)} to go; what was imported is not done again${left > 0 ? `; ${rows(left)} with errors will be left out` : ""}.`,
  ],
  begun: ["已开始导入", "The import has begun"],
  nothingToDo: [
    "没有可以导入的行。请修正文件后重新上传。",
    "There is nothing to import. Correct the file and upload it again.",
  ],
  discard: ["放弃", "Discard"],
  other: ["重新上传", "Upload another file"],
  running: (done: number, all: number) => [
    `正在导入：${done} / ${all}。您可以离开此页面，只要不退出登录，导入会继续。`,
    `Importing: ${done} of ${all}. You may leave this page; it goes on while you stay signed in.`,
  ],
  interrupted: (done: number, all: number) => [
    `导入中断：已处理 ${done} / ${all}。可以继续导入剩余的行，或放弃；已导入的会保留。`,
    `The import was interrupted: ${done} of ${all}. Go on with the rest, or discard it; what was imported stays.`,
  ],
  done: (n: number) => [`已导入 ${n} 行`, `${rows(n)} imported`],
  failed: (n: number) => [`${n} 行未能导入，原因见下表`, `${rows(n)} could not be imported; see below why`],
  toMembers: ["查看成员", "To the members"],
});

/** What an uploaded file would do; then how far it has come, and how it went. */
export function Preview({ of }: { of: MemberImport }) {
  const { done, failed, state } = of;
  const all = of.create + of.update;
  return (
    <Flex vertical gap={16}>
      <Card>
        <Flex gap={32} wrap align="center" justify="space-between">
          <Flex gap={40} wrap>
            <Statistic title={words.create} value={of.create} />
            <Statistic title={words.update} value={of.update} />
            <Statistic title={words.nothing} value={of.nothing} />
            <Statistic title={words.error} value={of.errors} />
          </Flex>
          <Buttons of={of} />
        </Flex>
      </Card>
      {of.ignored_columns.length > 0 && (
        <Alert type="warning" showIcon title={t.ignored(of.ignored_columns.join(", "))} />
      )}
      {state === "previewed" && all === 0 && <Alert type="info" showIcon title={t.nothingToDo} />}
      {state === "applying" && (
        <Card aria-live="polite">
          <Progress
            aria-label={t.running(done + failed, all)}
            percent={all === 0 ? 100 : Math.floor((100 * (done + failed)) / all)}
            status="active"
          />
          {t.running(done + failed, all)}
        </Card>
      )}
      {state === "interrupted" && <Alert type="warning" showIcon title={t.interrupted(done + failed, all)} />}
      {state === "applied" && <Alert type="success" showIcon title={t.done(done)} />}
      {failed > 0 && <Alert type="error" showIcon title={t.failed(failed)} />}
      <Rows key={state} of={of} />
    </Flex>
  );
}

function Buttons({ of }: { of: MemberImport }) {
  const go = useNavigate();
  const { ask, act } = useAction();
  const all = of.create + of.update;
  const rest = all - of.done - of.failed;
  const path = { id: of.id };
  const once = useOnce();
  const start = () => {
    const body = { leave_out_errors: of.errors > 0 };
    const isBegun = rest < all;
    const content = isBegun ? t.restText(rest, of.errors) : t.startText(of.create, of.update, of.errors);
    ask({ title: t.startTitle(rest), content, okText: t.start(rest) }, () =>
      once({ path, body }, (header) =>
        told(api.POST("/member-imports/{id}/apply", { params: { path, header }, body })),
      ),
    );
  };
  const discard = async () => {
    if (await act(() => told(api.DELETE("/member-imports/{id}", { params: { path } })))) await go("/members/import");
  };
  if (of.state === "applying") return null;
  if (of.state === "applied") {
    return (
      <Flex gap={8}>
        <Button onClick={() => void go("/members/import")}>{t.other}</Button>
        <Button type="primary" onClick={() => void go("/members")}>
          {t.toMembers}
        </Button>
      </Flex>
    );
  }
  return (
    <Flex gap={8}>
      <Button onClick={() => void discard()}>{t.discard}</Button>
      <Button type="primary" disabled={all === 0} onClick={start}>
        {t.start(rest)}
      </Button>
    </Flex>
  );
}
