import { ApiOutlined, CheckCircleFilled, CloseCircleFilled } from "@ant-design/icons";
import { Alert, Button, Card, Flex, Form, theme, Typography } from "antd";
import { useState } from "react";

import { api, told } from "../../api/client";
import { messageOf } from "../../api/problem";
import type { Definition, UpstreamTestResult } from "../../api/schema";
import { texts } from "../../language/texts";

const t = texts({
  test: ["测试连接", "Test the connection"],
  hint: [
    "从此节点按网关的方式连接每个上游，逐步显示结果；不会保存任何内容。",
    "Connects to each upstream from this node as the gateway would, and shows each step. Nothing is saved.",
  ],
  worked: ["成功", "Worked"],
  failed: ["失败", "Failed"],
  took: (ms: number) => [`${ms} 毫秒`, `${ms} ms`],
});

const STAGES = texts({
  resolve: ["解析地址", "Find the address"],
  connect: ["建立连接", "Connect"],
  tls: ["TLS", "TLS"],
  answer: ["响应", "Answer"],
});

/** Tries the upstreams as they stand in the form. */
export function UpstreamTest() {
  const form = Form.useFormInstance<Definition>();
  const [isTrying, setTrying] = useState(false);
  const [results, setResults] = useState<UpstreamTestResult[]>();
  const [problem, setProblem] = useState<string>();
  const run = async () => {
    const { pool, hosts } = form.getFieldsValue(true) as Definition;
    setTrying(true);
    setProblem(undefined);
    try {
      const body = { pool, host: hosts[0] ?? "example.com" };
      setResults((await told(api.POST("/upstream-tests", { body }))).upstreams);
    } catch (thrown) {
      setResults(undefined);
      setProblem(messageOf(thrown));
    } finally {
      setTrying(false);
    }
  };
  return (
    <Form.Item extra={t.hint}>
      <Flex vertical gap={12} aria-live="polite">
        <Button
          icon={<ApiOutlined />}
          loading={isTrying}
          onClick={() => void run()}
          style={{ alignSelf: "flex-start" }}
        >
          {t.test}
        </Button>
        {problem && <Alert type="error" showIcon title={problem} />}
        {results?.map((result) => (
          <Result key={result.address} result={result} />
        ))}
      </Flex>
    </Form.Item>
  );
}

function Result({ result: { address, steps } }: { result: UpstreamTestResult }) {
  const { token } = theme.useToken();
  return (
    <Card size="small" title={<span className="mono">{address}</span>}>
      {steps.map(({ stage, succeeded, finding, took_ms }) => (
        <Flex key={stage} gap={10} style={{ padding: "4px 0" }}>
          {succeeded ? (
            <CheckCircleFilled style={{ color: token.colorSuccess, marginTop: 4 }} aria-label={t.worked} />
          ) : (
            <CloseCircleFilled style={{ color: token.colorError, marginTop: 4 }} aria-label={t.failed} />
          )}
          <div style={{ minWidth: 0, overflowWrap: "anywhere" }}>
            <Typography.Text strong>{STAGES[stage]}</Typography.Text>{" "}
            <Typography.Text type="secondary">{t.took(took_ms)}</Typography.Text>
            <div>{finding}</div>
          </div>
        </Flex>
      ))}
    </Card>
  );
}
