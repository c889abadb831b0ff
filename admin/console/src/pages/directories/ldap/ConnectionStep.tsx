import { ApiOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Form, Input, Radio, Select } from "antd";

import { useMay } from "../../../api/caller";
import type { DirectoryFinding } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { reasonText } from "../../sync-runs/words";
import { BasicItems } from "../BasicItems";
import type { StepProps } from "../steps";
import type { LdapDraft } from "./draft";
import { type PresetName, PRESETS, presetOf, withPreset, withScheme } from "./presets";
import { useProbe } from "./useProbe";

const t = texts({
  server: ["服务器类型", "Kind of server"],
  serverHint: [
    "选择后自动填写筛选条件、唯一标识和属性，可在下一步修改。",
    "Fills in filters, keys and attributes; they can be changed in the next step.",
  ],
  own: ["自定义", "Of your own"],
  security: ["加密方式", "Security"],
  tls: ["LDAPS（推荐）", "LDAPS (recommended)"],
  startTls: ["StartTLS", "StartTLS"],
  none: ["不加密", "None"],
  noneHint: [
    "途经的任何人都能看到全部密码。仅用于同一台机器上的服务器。",
    "Everybody on the way reads all passwords. Only for a server on the same machine.",
  ],
  servers: ["服务器地址", "Servers"],
  serversHint: [
    "例如 ldaps://ldap.example.com 或 ldap://10.0.0.5:389。前一个无法连接时使用下一个。",
    "Such as ldaps://ldap.example.com or ldap://10.0.0.5:389. The next is asked where one does not answer.",
  ],
  add: ["添加服务器", "Add a server"],
  remove: (n: number) => [`移除服务器 ${n}`, `Remove server ${n}`],
  ca: ["CA 证书（PEM）", "Authority (PEM)"],
  caHint: [
    "签发服务器证书的 CA。留空则使用系统信任的 CA。",
    "Who signed the server's certificate. Empty: those that this machine trusts.",
  ],
  base: ["搜索起点（Base DN）", "Base DN"],
  baseHint: ["所有内容都在此 DN 之下。", "Everything is below this DN."],
  bindDn: ["目录账号（Bind DN）", "Account (bind DN)"],
  bindDnHint: [
    "用于读取目录的只读账号。允许匿名读取时可留空。",
    "An account that may read. Empty where the server lets nobody read.",
  ],
  secret: ["密码", "Password"],
  secretSet: ["已设置，留空则不变", "Set; leave empty to keep it"],
  test: ["测试连接", "Test the connection"],
  testHint: ["从此节点连接并登录目录，不会保存任何内容。", "Connects and signs in from this node. Nothing is saved."],
  works: ["连接成功，目录账号可以登录", "It answers, and lets the account in"],
  counted: (departments: number, people: number) => [
    `已读到 ${departments} 个部门和前 ${people} 名人员。`,
    `${departments} departments were read, and the first ${people} people.`,
  ],
  refused: ["无法连接", "It cannot be reached, or refuses"],
  later: ["已连接，但不能全部读取：请在下一步调整", "It answers, but not all can be read: see the next step"],
});

/** Where the server is, and as whom it is asked. */
export function ConnectionStep({ directory }: StepProps) {
  const form = Form.useFormInstance<LdapDraft>();
  const source = Form.useWatch((all: LdapDraft) => all.source, { form, preserve: true });
  const bindDn = source?.bind_dn?.trim();
  const presets = (Object.keys(PRESETS) as PresetName[]).map((name) => ({ value: name, label: PRESETS[name].name }));
  return (
    <>
      <BasicItems uses={["both", "organisation", "sign_in"]} />
      <Form.Item label={t.server} extra={t.serverHint} htmlFor="ldap-preset">
        <Select
          id="ldap-preset"
          placeholder={t.own}
          value={source && presetOf(source)}
          options={presets}
          onChange={(name: PresetName) => {
            const now = form.getFieldsValue(true) as LdapDraft;
            form.setFieldsValue({ source: withPreset(now.source, name) } as never);
          }}
        />
      </Form.Item>
      <Form.Item
        name={["source", "security"]}
        label={t.security}
        extra={source?.security === "none" ? <Alert type="warning" showIcon title={t.noneHint} /> : undefined}
      >
        <Radio.Group
          options={[
            { value: "tls", label: t.tls },
            { value: "start_tls", label: t.startTls },
            { value: "none", label: t.none },
          ]}
          onChange={({ target }) => {
            const { servers } = (form.getFieldsValue(true) as LdapDraft).source;
            form.setFieldValue(["source", "servers"], withScheme(servers, target.value as "tls"));
          }}
        />
      </Form.Item>
      <Servers hint={t.serversHint} />
      {source?.security !== "none" && (
        <Form.Item name={["source", "ca"]} label={t.ca} extra={t.caHint}>
          <Input.TextArea className="mono" rows={3} placeholder="-----BEGIN CERTIFICATE-----" />
        </Form.Item>
      )}
      <Form.Item
        name={["source", "base"]}
        label={t.base}
        extra={t.baseHint}
        rules={[{ required: true, whitespace: true }]}
      >
        <Input className="mono" placeholder="dc=example,dc=com" autoComplete="off" />
      </Form.Item>
      <Form.Item name={["source", "bind_dn"]} label={t.bindDn} extra={t.bindDnHint}>
        <Input className="mono" placeholder="cn=gatehouse,ou=services,dc=example,dc=com" autoComplete="off" />
      </Form.Item>
      <Form.Item name="secret" label={t.secret} rules={[{ required: Boolean(bindDn) && !directory?.has_secret }]}>
        <Input.Password autoComplete="new-password" placeholder={directory?.has_secret ? t.secretSet : undefined} />
      </Form.Item>
      <ConnectionTest directory={directory} />
    </>
  );
}

/** Those that are asked, one after the other. */
export function Servers({ hint }: { hint: string }) {
  return (
    <Form.Item label={t.servers} extra={hint} required>
      <Form.List name={["source", "servers"]}>
        {(rows, { add, remove }) => (
          <Flex vertical gap={8}>
            {rows.map(({ key, name }, index) => (
              <Flex key={key} gap={8}>
                <Form.Item
                  name={name}
                  rules={[{ required: true, whitespace: true }]}
                  messageVariables={{ label: t.servers }}
                  style={{ flex: 1, margin: 0 }}
                >
                  <Input className="mono" aria-label={t.servers} autoComplete="off" />
                </Form.Item>
                <Button
                  icon={<DeleteOutlined />}
                  aria-label={t.remove(index + 1)}
                  disabled={rows.length === 1 || undefined}
                  onClick={() => remove(name)}
                />
              </Flex>
            ))}
            {rows.length < 10 && (
              <Button icon={<PlusOutlined />} onClick={() => add("ldaps://")} style={{ alignSelf: "flex-start" }}>
                {t.add}
              </Button>
            )}
          </Flex>
        )}
      </Form.List>
    </Form.Item>
  );
}

/** Whether what is typed works. */
export function ConnectionTest({ directory }: StepProps) {
  const may = useMay();
  const { run, isTrying, finding, problem } = useProbe(directory);
  if (!may("directories:change")) return null;
  return (
    <Form.Item extra={t.testHint}>
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
        {finding && <Found finding={finding} />}
      </Flex>
    </Form.Item>
  );
}

function Found({ finding: { failed_at, problem, department_count, people } }: { finding: DirectoryFinding }) {
  const why = <span style={{ overflowWrap: "anywhere" }}>{reasonText(problem)}</span>;
  if (failed_at === "connect") return <Alert type="error" showIcon title={t.refused} description={why} />;
  if (failed_at) return <Alert type="warning" showIcon title={t.later} description={why} />;
  return <Alert type="success" showIcon title={t.works} description={t.counted(department_count, people.length)} />;
}
