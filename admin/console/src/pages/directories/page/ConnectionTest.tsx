import { ApiOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Form } from "antd";
import { useState } from "react";

import { useMay } from "../../../api/caller";
import { api, told } from "../../../api/client";
import { reasonsOf } from "../../../api/problem";
import type { Directory, DirectoryDraft, DirectoryFinding } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { reasonText } from "../../sync-runs/words";

const t = texts({
  test: ["测试连接", "Test the connection"],
  works: ["连接成功", "It answers"],
  failed: ["无法使用", "It cannot be used"],
});

type Props = {
  directory?: Directory;
  /** What the test does. */
  hint: string;
  /** What it means that it was passed. */
  found: string;
  tidy: (draft: DirectoryDraft) => DirectoryDraft;
};

/** Asks whoever has the sign-in page, as it stands in the form, and shows what it says. */
export function ConnectionTest({ directory, hint, found, tidy }: Props) {
  const may = useMay();
  const form = Form.useFormInstance<DirectoryDraft>();
  const [isTrying, setTrying] = useState(false);
  const [finding, setFinding] = useState<DirectoryFinding>();
  const [problem, setProblem] = useState<string>();
  const run = async () => {
    setTrying(true);
    setFinding(undefined);
    setProblem(undefined);
    try {
      const { source, secret } = tidy(form.getFieldsValue(true) as DirectoryDraft);
      const body = { source, secret, directory: directory?.id };
      setFinding(await told(api.POST("/directory-probe", { body })));
    } catch (thrown) {
      setProblem(reasonsOf(thrown).join("\n"));
    } finally {
      setTrying(false);
    }
  };
  if (!may("directories:change")) return null;
  const why = <span style={{ overflowWrap: "anywhere" }}>{finding && reasonText(finding.problem)}</span>;
  return (
    <Form.Item extra={hint}>
      <Flex vertical gap={12} aria-live="polite">
        <Button
          icon={<ApiOutlined />}
          loading={isTrying}
          onClick={() => void run()}
          style={{ alignSelf: "flex-start" }}
        >
          {t.test}
        </Button>
        {problem && <Alert type="error" showIcon title={problem} style={{ whiteSpace: "pre-line" }} />}
        {finding?.failed_at && <Alert type="error" showIcon title={t.failed} description={why} />}
        {finding && !finding.failed_at && <Alert type="success" showIcon title={t.works} description={found} />}
      </Flex>
    </Form.Item>
  );
}
