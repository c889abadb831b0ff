import { HistoryOutlined } from "@ant-design/icons";
import { Alert, Button, Drawer, Flex, Form, Grid, Skeleton, Statistic, Table, Tag, Typography } from "antd";
import { useState } from "react";

import { api, told } from "../../api/client";
import { messageOf } from "../../api/problem";
import type { Definition, Foretold, ForetoldRequest } from "../../api/schema";
import { texts } from "../../language/texts";
import { TimeText, timeText } from "../../parts/TimeText";
import { refusalName } from "../requests/outcomes";

const t = texts({
  button: ["用最近 7 天的请求试算", "Try on the last 7 days"],
  title: ["如果这样修改", "If it were changed so"],
  lead: (n: number, since: string) => [
    `按表单中的设置重新判断自 ${since} 以来的 ${n} 个请求；不会保存任何内容。`,
    `${n} requests since ${since} were judged anew by what the form says. Nothing is saved.`,
  ],
  assumed: [
    "人员以现在的部门、用户组和角色为准，并视为刚完成两步验证；全局 IP 名单不在其中。",
    "People are taken as they are today, and to have just proven a second factor; address lists that guard everything are left out.",
  ],
  more: ["请求过多，只看了最新的一部分。", "There were more requests; only the newest were looked at."],
  unknown: (n: number) => [`${n} 个请求的人员已不存在，无法判断。`, `${n} requests came from people who are gone.`],
  refused: ["将被拒绝", "Would be refused"],
  letIn: ["将被放行", "Would be let in"],
  same: ["没有变化", "Nothing would change"],
  sameText: ["这些请求的结果与现在相同。", "Each of these requests would end as it did."],
  none: ["最近 7 天没有请求可供试算", "There were no requests in the last 7 days"],
  why: ["拒绝原因", "Why"],
  rule: ["规则", "Rule"],
  count: ["请求数", "Requests"],
  time: ["时间", "Time"],
  who: ["人员", "Who"],
  what: ["请求", "Request"],
  before: ["之前", "Before"],
  after: ["之后", "Then"],
  granted: ["放行", "Let in"],
});

/** What the form would have done to past requests, before it is saved. */
export function Tryout({ id }: { id: string }) {
  const form = Form.useFormInstance<Definition>();
  const isWide = Grid.useBreakpoint().md ?? true;
  const [isOpen, setOpen] = useState(false);
  const [result, setResult] = useState<Foretold>();
  const [problem, setProblem] = useState<string>();
  const run = async () => {
    setOpen(true);
    setResult(undefined);
    setProblem(undefined);
    try {
      const body = form.getFieldsValue(true) as Definition;
      setResult(await told(api.POST("/applications/{id}/trial", { params: { path: { id } }, body })));
    } catch (thrown) {
      setProblem(messageOf(thrown));
    }
  };
  return (
    <>
      <Button icon={<HistoryOutlined />} onClick={() => void run()}>
        {t.button}
      </Button>
      <Drawer open={isOpen} size={isWide ? 760 : "100%"} title={t.title} onClose={() => setOpen(false)}>
        {problem && <Alert type="error" showIcon title={problem} />}
        {!problem && !result && <Skeleton active />}
        {result && <Result told={result} />}
      </Drawer>
    </>
  );
}

function Result({ told }: { told: Foretold }) {
  if (told.requests === 0) return <Alert type="info" showIcon title={t.none} />;
  const isSame = told.refused === 0 && told.let_in === 0;
  return (
    <Flex vertical gap={16}>
      <Typography.Text>{t.lead(told.requests, timeText(told.since))}</Typography.Text>
      {told.more && <Typography.Text type="warning">{t.more}</Typography.Text>}
      {isSame ? (
        <Alert type="success" showIcon title={t.same} description={t.sameText} />
      ) : (
        <>
          <Flex gap={48}>
            <Statistic title={t.refused} value={told.refused} />
            <Statistic title={t.letIn} value={told.let_in} />
          </Flex>
          {told.reasons.length > 0 && (
            <Table
              size="small"
              pagination={false}
              rowKey={({ reason, rule }) => `${reason} ${rule}`}
              dataSource={told.reasons}
              columns={[
                { title: t.why, dataIndex: "reason", render: refusalName },
                { title: t.rule, dataIndex: "rule", render: (rule: string | null) => rule ?? "–" },
                { title: t.count, dataIndex: "requests", align: "right" },
              ]}
            />
          )}
          <Table<ForetoldRequest>
            size="small"
            pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
            scroll={{ x: "max-content" }}
            rowKey={({ at, path, username }) => `${at} ${path} ${username}`}
            dataSource={told.examples}
            columns={[
              { title: t.time, dataIndex: "at", render: (at: number) => <TimeText at={at} /> },
              {
                title: t.who,
                key: "who",
                render: (_, { username, client_address }) => username ?? client_address ?? "–",
              },
              {
                title: t.what,
                key: "what",
                className: "mono",
                render: (_, { method, path }) => `${method} ${path}`,
              },
              { title: t.before, dataIndex: "before", render: (reason: string | null) => <Ending reason={reason} /> },
              { title: t.after, dataIndex: "after", render: (reason: string | null) => <Ending reason={reason} /> },
            ]}
          />
        </>
      )}
      {told.unknown > 0 && <Typography.Text type="secondary">{t.unknown(told.unknown)}</Typography.Text>}
      <Typography.Text type="secondary">{t.assumed}</Typography.Text>
    </Flex>
  );
}

function Ending({ reason }: { reason: string | null }) {
  return reason ? <Tag color="error">{refusalName(reason)}</Tag> : <Tag color="success">{t.granted}</Tag>;
}
