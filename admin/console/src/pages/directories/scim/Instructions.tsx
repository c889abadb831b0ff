import { Typography } from "antd";
import type { ReactNode } from "react";

import { texts } from "../../../language/texts";

const t = texts({
  copy: ["复制", "Copy"],
  copied: ["已复制", "Copied"],
  token: ["上面创建的令牌", "the token that was made above"],
  oktaApp: [
    "在 Okta 管理台打开 Applications，进入应用；没有合适的应用时，从目录添加“SCIM 2.0 Test App (OAuth Bearer Token)”。",
    "In Okta's admin console open Applications and the application; without one, add “SCIM 2.0 Test App (OAuth Bearer Token)” from the catalogue.",
  ],
  oktaConnect: [
    "打开 Provisioning → Integration，选择 Configure API Integration（或编辑 SCIM Connection），填写：",
    "Open Provisioning → Integration, choose Configure API Integration (or edit the SCIM Connection), and enter:",
  ],
  oktaTest: ["点击 Test Connector Configuration 并保存。", "Choose Test Connector Configuration, and save."],
  oktaTo: [
    "在 Provisioning → To App 启用 Create Users、Update User Attributes 和 Deactivate Users。",
    "Under Provisioning → To App switch on Create Users, Update User Attributes and Deactivate Users.",
  ],
  oktaAssign: [
    "在 Assignments 分配人员；在 Push Groups 选择要推送的用户组。",
    "Assign people under Assignments, and choose groups under Push Groups.",
  ],
  entraApp: [
    "在 Microsoft Entra 管理中心打开“企业应用程序”→“新建应用程序”→“创建自己的应用程序”，选择“非库”应用程序。",
    "In the Microsoft Entra admin center open Enterprise applications → New application → Create your own application, and choose the non-gallery one.",
  ],
  entraConnect: ["打开“预配”，将模式设为“自动”，填写：", "Open Provisioning, set the mode to Automatic, and enter:"],
  entraUrl: ["租户 URL", "Tenant URL"],
  entraToken: ["机密令牌", "Secret token"],
  entraTest: ["点击“测试连接”并保存。", "Choose Test connection, and save."],
  entraMap: [
    "在“映射”中将 externalId 的源属性改为 objectId：它不会改变，离开后返回的人员据此恢复原账号。",
    "Under Mappings let externalId come from objectId, which never changes: whoever comes back is known by it.",
  ],
  entraAssign: [
    "在“用户和组”分配人员和组，然后“开始预配”。",
    "Assign people and groups under Users and groups, then choose Start provisioning.",
  ],
  otherConnect: ["在推送方的 SCIM 2.0 设置中填写：", "In the SCIM 2.0 settings of the provider enter:"],
  otherUrl: ["地址", "Address"],
  otherAuth: ["认证方式", "Authentication"],
  otherToken: ["令牌", "Token"],
  otherKey: ["按 userName 查找已有人员。", "Existing people are looked up by userName."],
  otherWhat: [
    "支持用户、用户组、企业扩展、PATCH、过滤、分页和 ETag；不支持批量操作和修改密码。",
    "There are users, groups, the enterprise extension, PATCH, filters, pages and ETags; no bulk operations, and no passwords.",
  ],
});

type Props = { provider: "okta" | "entra" | "other"; url: string };

/** What to do at a provider, step by step. */
export function Instructions({ provider, url }: Props) {
  const steps: Record<Props["provider"], ReactNode[]> = {
    okta: [
      t.oktaApp,
      <Values
        key="values"
        lead={t.oktaConnect}
        values={[
          ["SCIM connector base URL", url],
          ["Unique identifier field for users", "userName"],
          ["Authentication Mode", "HTTP Header"],
        ]}
        token="Authorization: Bearer"
      />,
      t.oktaTest,
      t.oktaTo,
      t.oktaAssign,
    ],
    entra: [
      t.entraApp,
      <Values key="values" lead={t.entraConnect} values={[[t.entraUrl, url]]} token={t.entraToken} />,
      t.entraTest,
      t.entraMap,
      t.entraAssign,
    ],
    other: [
      <Values
        key="values"
        lead={t.otherConnect}
        values={[
          [t.otherUrl, url],
          [t.otherAuth, "Bearer token"],
        ]}
        token={t.otherToken}
      />,
      t.otherKey,
      t.otherWhat,
    ],
  };
  return (
    <ol style={{ margin: 0, paddingInlineStart: 20, display: "flex", flexDirection: "column", gap: 12 }}>
      {steps[provider].map((step, at) => (
        <li key={at}>{step}</li>
      ))}
    </ol>
  );
}

type ValuesProps = { lead: string; values: [name: string, value: string][]; token: string };

/** What is entered in a step, each to be copied. */
function Values({ lead, values, token }: ValuesProps) {
  return (
    <>
      {lead}
      {values.map(([name, value]) => (
        <div key={name} style={{ marginTop: 4 }}>
          <Typography.Text type="secondary">{name}</Typography.Text>
          <Typography.Paragraph
            className="mono"
            style={{ margin: 0, overflowWrap: "anywhere" }}
            copyable={{ text: value, tooltips: [t.copy, t.copied] }}
          >
            {value}
          </Typography.Paragraph>
        </div>
      ))}
      <div style={{ marginTop: 4 }}>
        <Typography.Text type="secondary">{token}</Typography.Text>
        <div>{t.token}</div>
      </div>
    </>
  );
}
