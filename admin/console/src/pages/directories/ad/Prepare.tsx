import { Collapse, Flex, Typography } from "antd";

import { texts } from "../../../language/texts";

const t = texts({
  title: ["在域控制器上准备：打开 PowerShell，复制并运行", "On a domain controller: copy these into PowerShell"],
  account: [
    "创建只读账号（普通域用户即可，密码不过期）。它的密码填在下方。",
    "Make an account that reads: an ordinary user, whose password does not run out. Its password goes below.",
  ],
  domain: [
    "查看搜索起点（DistinguishedName）、域短名称（NetBIOSName）。",
    "Shows the base (DistinguishedName) and the short name (NetBIOSName).",
  ],
  servers: [
    "列出域控制器。地址写作 ldaps://主机名，建议至少填两台。",
    "Lists the controllers. Write each as ldaps://HOST; two or more are better than one.",
  ],
  ca: [
    "导出签发域控制器证书的 CA（PEM）。ldaps 需要域控制器装有证书。",
    "Writes the authority of their certificates as PEM. For ldaps, the controllers need certificates.",
  ],
  deleted: [
    "可选：允许该账号查看已删除的对象，删除后数秒内即可停用，否则在下次完整同步时停用。",
    "Optional: lets the account see what was deleted. Without it, whoever is deleted is disabled by the next full run.",
  ],
});

const COMMANDS: [string, string][] = [
  [
    t.account,
    "New-ADUser gatehouse -Enabled $true -PasswordNeverExpires $true -AccountPassword (Read-Host -AsSecureString)",
  ],
  [t.domain, "Get-ADDomain | Format-List DistinguishedName, NetBIOSName"],
  [t.servers, "(Get-ADDomainController -Filter *).HostName"],
  [t.ca, "certutil -ca.cert ca.cer; certutil -encode ca.cer ca.pem; Get-Content ca.pem"],
  [
    t.deleted,
    '$deleted = "CN=Deleted Objects," + (Get-ADDomain).DistinguishedName; dsacls $deleted /takeownership; dsacls $deleted /g gatehouse:LCRP',
  ],
];

/** What is done in the domain first, to be copied. */
export function Prepare() {
  const commands = COMMANDS.map(([why, command]) => (
    <div key={command}>
      <Typography.Text>{why}</Typography.Text>
      <Typography.Paragraph
        className="mono"
        copyable={{ text: command }}
        code
        style={{ margin: "4px 0 0", overflowWrap: "anywhere" }}
      >
        {command}
      </Typography.Paragraph>
    </div>
  ));
  const children = (
    <Flex vertical gap={16}>
      {commands}
    </Flex>
  );
  return <Collapse items={[{ key: "prepare", label: t.title, children }]} style={{ marginBottom: 24 }} />;
}
