import { EyeOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Form, Tag, Typography } from "antd";

import type { DirectoryFinding, TheirPerson } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { PlainTable } from "../../../parts/PlainTable";
import { reasonText } from "../../sync-runs/words";
import type { StepProps } from "../steps";
import { useProbe } from "./useProbe";

const t = texts({
  preview: ["预览读取结果", "Show what would be read"],
  hint: ["读取目录中的前几条内容，不会保存。", "Reads the first entries. Nothing is saved."],
  connect: ["无法连接，请检查上一步", "It cannot be reached: see the step before"],
  departments: ["部门读取失败", "Departments cannot be read"],
  people: ["人员读取失败", "People cannot be read"],
  departmentCount: (n: number) => [`部门（共 ${n} 个）`, `Departments (${n})`],
  firstPeople: ["人员（前几名）", "The first people"],
  nobody: [
    "没有读到任何人员。请检查搜索起点和筛选条件，以及目录账号的读取权限。",
    "Nobody was found. Check the base, the filter and what the account may read.",
  ],
  name: ["姓名", "Name"],
  username: ["用户名", "Username"],
  email: ["邮箱", "Email"],
  mobile: ["手机号", "Mobile"],
  number: ["工号", "Employee number"],
  department: ["部门", "Department"],
  key: ["唯一标识", "Key"],
  disabled: ["停用", "Disabled"],
});

/** What the directory tells, as it would be read with what stands in the form. */
export function Preview({ directory }: StepProps) {
  const { run, isTrying, finding, problem } = useProbe(directory);
  return (
    <Form.Item extra={t.hint}>
      <Flex vertical gap={16} aria-live="polite">
        <Button
          icon={<EyeOutlined />}
          loading={isTrying}
          onClick={() => void run()}
          style={{ alignSelf: "flex-start" }}
        >
          {t.preview}
        </Button>
        {problem && <Alert type="error" showIcon title={problem} style={{ whiteSpace: "pre-line" }} />}
        {finding?.failed_at && (
          <Alert
            type="error"
            showIcon
            title={t[finding.failed_at as "connect"]}
            description={<span style={{ overflowWrap: "anywhere" }}>{reasonText(finding.problem)}</span>}
          />
        )}
        {finding && finding.failed_at !== "connect" && <Found finding={finding} />}
      </Flex>
    </Form.Item>
  );
}

function Found({ finding }: { finding: DirectoryFinding }) {
  const { departments, people } = finding;
  const names = new Map(departments.map(({ key, name }) => [key, name]));
  return (
    <>
      {departments.length > 0 && (
        <div>
          <Typography.Text strong>{t.departmentCount(finding.department_count)}</Typography.Text>
          <Flex gap={4} wrap style={{ marginTop: 8 }}>
            {departments.map(({ key, name }) => (
              <Tag key={key}>{name || key}</Tag>
            ))}
            {finding.department_count > departments.length && <span>…</span>}
          </Flex>
        </div>
      )}
      {people.length > 0 && (
        <div>
          <Typography.Text strong>{t.firstPeople}</Typography.Text>
          <PlainTable<TheirPerson> size="small" rowKey="key" dataSource={people} columns={columns(names)} />
        </div>
      )}
      {people.length === 0 && !finding.failed_at && <Alert type="warning" showIcon title={t.nobody} />}
    </>
  );
}

function columns(names: ReadonlyMap<string, string>) {
  const text = (value?: string | null) => value ?? "–";
  return [
    {
      title: t.name,
      key: "name",
      render: (_: unknown, { display_name, is_enabled }: TheirPerson) => (
        <>
          {display_name} {!is_enabled && <Tag color="warning">{t.disabled}</Tag>}
        </>
      ),
    },
    { title: t.username, dataIndex: "username", render: text },
    { title: t.email, dataIndex: "email", render: text },
    { title: t.mobile, dataIndex: "mobile", render: text },
    { title: t.number, dataIndex: "employee_number", render: text },
    {
      title: t.department,
      dataIndex: "departments",
      render: (keys: string[] = []) => keys.map((key) => names.get(key) ?? "…").join(", ") || "–",
    },
    {
      title: t.key,
      dataIndex: "key",
      render: (key: string) => (
        <Typography.Text className="mono nowrap" copyable={{ text: key }} style={{ fontSize: 12 }}>
          {key.length > 20 ? `${key.slice(0, 20)}…` : key}
        </Typography.Text>
      ),
    },
  ];
}
