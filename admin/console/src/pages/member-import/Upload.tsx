import { InboxOutlined } from "@ant-design/icons";
import { Alert, Card, Checkbox, Flex, Typography, Upload as Picker } from "antd";
import { useState } from "react";

import { api, told } from "../../api/client";
import { useOnce } from "../../api/once";
import { messageOf } from "../../api/problem";
import type { MemberImport } from "../../api/schema";
import { texts } from "../../language/texts";

const t = texts({
  drop: ["点击选择文件，或将文件拖到这里", "Choose a file, or drop it here"],
  kinds: ["支持 CSV（UTF-8 或 GBK）和 XLSX", "CSV (UTF-8 or GBK) and XLSX"],
  template: ["第一行是列名，可以从空白模板开始：", "The first row holds the headings; start from an empty template:"],
  rule: [
    "按用户名对应已有成员：已有的会更新，没有的会新建。文件里没有的列保持不变。",
    "Rows are matched by username: who is there is updated, who is not is created. Columns that are not in the file stay as they are.",
  ],
  departments: ["文件中出现的部门不存在时，自动新建", "Create departments that the file names and that do not exist"],
});

/** Takes a file, and tells what was found in it. */
export function Upload({ onRead }: { onRead: (found: MemberImport) => void }) {
  const [createDepartments, setCreateDepartments] = useState(true);
  const [isReading, setReading] = useState(false);
  const [problem, setProblem] = useState<string>();
  const once = useOnce();
  const read = async (file: File) => {
    setReading(true);
    setProblem(undefined);
    try {
      const query = { file_name: file.name, create_departments: createDepartments };
      const headers = { "Content-Type": "application/octet-stream" };
      const content = { query, size: file.size, modified: file.lastModified };
      const found = await once(content, (header) =>
        told(
          api.POST("/member-imports", {
            params: { query, header },
            headers,
            body: file as never,
            bodySerializer: (body) => body,
          }),
        ),
      );
      onRead(found);
    } catch (thrown) {
      setProblem(messageOf(thrown));
      setReading(false);
    }
  };
  return (
    <Card style={{ maxWidth: 760 }}>
      <Flex vertical gap={16}>
        {problem && <Alert type="error" showIcon title={problem} />}
        <Typography.Paragraph style={{ margin: 0 }}>
          {t.template} <Template format="xlsx" /> · <Template format="csv" />
        </Typography.Paragraph>
        <Typography.Paragraph type="secondary" style={{ margin: 0 }}>
          {t.rule}
        </Typography.Paragraph>
        <Checkbox checked={createDepartments} onChange={({ target }) => setCreateDepartments(target.checked)}>
          {t.departments}
        </Checkbox>
        <Picker.Dragger
          accept=".csv,.xlsx,.txt"
          showUploadList={false}
          disabled={isReading}
          beforeUpload={(file) => {
            void read(file);
            return false;
          }}
        >
          <InboxOutlined aria-hidden style={{ fontSize: 40, opacity: 0.6 }} />
          <p style={{ margin: "8px 0 4px" }}>{t.drop}</p>
          <Typography.Text type="secondary">{t.kinds}</Typography.Text>
        </Picker.Dragger>
      </Flex>
    </Card>
  );
}

function Template({ format }: { format: "csv" | "xlsx" }) {
  return (
    <a href={`/api/v1/member-import-template?format=${format}`} download style={{ textDecoration: "underline" }}>
      {format.toUpperCase()}
    </a>
  );
}
