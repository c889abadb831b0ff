import { ApiOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Form } from "antd";
import { useState } from "react";

import { useMay } from "../../../api/caller";
import { api, told } from "../../../api/client";
import { reasonsOf } from "../../../api/problem";
import type { Directory, DirectoryDraft, DirectoryFinding } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { reasonText } from "../../sync-runs/words";
import { Permissions } from "./Permissions";

const t = texts({
  test: ["测试连接", "Test the connection"],
  hint: [
    "用上面的凭证访问平台，读取企业、权限、部门和前几名人员，不会保存任何内容。",
    "Asks the platform with what stands above for the company, permissions, departments and the first people. Nothing is saved.",
  ],
  works: (company: string) => [`连接成功：${company}`, `It answers: ${company}`],
  counted: (departments: number, people: number) => [
    `已读到 ${departments} 个部门和前 ${people} 名人员。`,
    `${departments} departments were read, and the first ${people} people.`,
  ],
  connect: ["无法使用", "It cannot be used"],
  departments: ["部门读取失败", "Departments cannot be read"],
  people: ["人员读取失败", "People cannot be read"],
});

type Props = {
  directory?: Directory;
  tidy: (draft: DirectoryDraft) => DirectoryDraft;
  /** What is done with what was found. */
  onFound: (finding: DirectoryFinding) => void;
};

/** Asks a suite, as it stands in the form, and shows whose it is and what it lets us see. */
export function SuiteTest({ directory, tidy, onFound }: Props) {
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
      const { source, secrets } = tidy(form.getFieldsValue(true) as DirectoryDraft);
      const body = { source, secrets, directory: directory?.id };
      const found = await told(api.POST("/directory-probe", { body }));
      setFinding(found);
      onFound(found);
    } catch (thrown) {
      setProblem(reasonsOf(thrown).join("\n"));
    } finally {
      setTrying(false);
    }
  };
  if (!may("directories:change")) return null;
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
        {problem && <Alert type="error" showIcon title={problem} style={{ whiteSpace: "pre-line" }} />}
        {finding && <Permissions permissions={finding.permissions} />}
        {finding?.failed_at && (
          <Alert
            type="error"
            showIcon
            title={t[finding.failed_at as "connect"]}
            description={<span style={{ overflowWrap: "anywhere" }}>{reasonText(finding.problem)}</span>}
          />
        )}
        {finding && !finding.failed_at && (
          <Alert
            type="success"
            showIcon
            title={t.works(finding.tenant?.name ?? "")}
            description={t.counted(finding.department_count, finding.people.length)}
          />
        )}
      </Flex>
    </Form.Item>
  );
}
