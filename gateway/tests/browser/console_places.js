// The places of the console, and what must be seen at each before it counts as shown.
export const PLACES = {
  overview: { path: "/console/", zh: "概览", en: "Overview" },
  members: { path: "/console/members", zh: "成员与部门", en: "Members & departments" },
  "member-import": { path: "/console/members/import", zh: "导入成员", en: "Import members" },
  guests: { path: "/console/guests", zh: "访客管理", en: "Guests" },
  groups: { path: "/console/groups", zh: "用户组", en: "Groups" },
  roles: { path: "/console/roles", zh: "角色与权限", en: "Roles & permissions" },
  directories: { path: "/console/directories", zh: "目录", en: "Directories" },
  "new-directory": { path: "/console/directories/new?kind=ldap", zh: "连接目录", en: "Connect a directory" },
  "sync-runs": { path: "/console/sync-runs", zh: "同步记录", en: "Sync records" },
  applications: { path: "/console/applications", zh: "应用", en: "Applications" },
  "new-application": { path: "/console/applications/new", zh: "发布应用", en: "Publish an application" },
  "sign-in-policy": { path: "/console/sign-in-policy", zh: "登录策略", en: "Sign-in policy" },
  "ip-lists": { path: "/console/ip-lists", zh: "IP 访问限制", en: "IP restrictions" },
  explain: { path: "/console/explain", zh: "访问诊断", en: "Explain access" },
  brand: { path: "/console/brand", zh: "品牌配置", en: "Brand" },
  watermark: { path: "/console/watermark", zh: "安全水印", en: "Watermark" },
  "sign-ins": { path: "/console/logs/sign-ins", zh: "登录日志", en: "Sign-in log" },
  audit: { path: "/console/logs/audit", zh: "审计日志", en: "Audit log" },
  requests: { path: "/console/logs/requests", zh: "访问日志", en: "Access log" },
  configuration: { path: "/console/configuration", zh: "配置即代码", en: "Configuration as code" },
  settings: { path: "/console/settings", zh: "系统设置", en: "Settings" },
  messages: { path: "/console/messages", zh: "消息发送", en: "Messages" },
  tokens: { path: "/console/tokens", zh: "API 令牌", en: "API tokens" },
};

/** Those that are about one thing of the company, for somebody who is signed in and may make an import. */
export async function innerPlaces(person) {
  await person.open("access", "/console/");
  const ids = await person.page.evaluate(async () => {
    const first = async (listing, is) => {
      const { items } = await (await fetch(`/api/v1/${listing}`)).json();
      return items.find(is).id;
    };
    const body = "username,display_name\nsun.li,孙丽\n";
    const headers = { "X-Gatehouse-CSRF": "1", "Content-Type": "application/octet-stream" };
    const uploaded = await fetch("/api/v1/member-imports?file_name=people.csv", { method: "POST", headers, body });
    return {
      application: await first("applications", ({ hosts }) => hosts[0].startsWith("wiki.")),
      group: await first("groups", ({ name }) => name === "值班人员"),
      list: await first("ip-lists", ({ name }) => name === "可疑地址"),
      imported: (await uploaded.json()).id,
    };
  });
  return {
    application: { path: `/console/applications/${ids.application}`, zh: "知识库", en: "Wiki" },
    group: { path: `/console/groups/${ids.group}`, zh: "值班人员", en: "值班人员" },
    "ip-list": { path: `/console/ip-lists/${ids.list}`, zh: "可疑地址", en: "可疑地址" },
    imported: { path: `/console/members/import/${ids.imported}`, zh: "导入成员", en: "Import members" },
  };
}

/** Goes to a place and waits until it is whole. */
export async function visit(person, { path }) {
  const { page } = person;
  await person.open("access", path);
  await page.locator("main h1").waitFor();
  await page.waitForLoadState("networkidle");
  return page.locator("main h1").innerText();
}
