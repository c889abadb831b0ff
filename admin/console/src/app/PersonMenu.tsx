import { DesktopOutlined, GlobalOutlined, MoonOutlined, SunOutlined, UserOutlined } from "@ant-design/icons";
import { Button, Dropdown, Segmented, Tooltip } from "antd";

import { useCaller } from "../api/caller";
import { isChinese, switchLanguage } from "../language/language";
import { texts } from "../language/texts";
import { holdingText } from "../parts/roles";
import { type Shade, type useShade } from "./theme";

const t = texts({
  light: ["浅色", "Light"],
  dark: ["深色", "Dark"],
  system: ["跟随系统", "As the system"],
  shade: ["外观", "Appearance"],
  person: ["个人菜单", "Your menu"],
  other: ["Switch to English", "切换到中文"],
  portal: ["应用门户", "Applications portal"],
  account: ["我的账号", "My account"],
  signOut: ["退出登录", "Sign out"],
});

const SHADES = [
  { value: "light", icon: <SunOutlined />, label: t.light },
  { value: "system", icon: <DesktopOutlined />, label: t.system },
  { value: "dark", icon: <MoonOutlined />, label: t.dark },
];

/** The language, the shade, and the way to what is the person's own. */
export function PersonMenu({ shade, isWide }: { shade: ReturnType<typeof useShade>; isWide: boolean }) {
  const caller = useCaller();
  const choice = (
    <Segmented
      aria-label={t.shade}
      value={shade.shade}
      onChange={(to) => shade.setShade(to as Shade)}
      options={SHADES.map(({ value, icon, label }) => ({
        value,
        label: (
          <Tooltip title={label}>
            <span aria-label={label} role="img">
              {icon}
            </span>
          </Tooltip>
        ),
      }))}
    />
  );
  return (
    <>
      {isWide && choice}
      <Button
        type="text"
        icon={<GlobalOutlined />}
        onClick={switchLanguage}
        title={t.other}
        lang={isChinese ? "en" : "zh-CN"}
      >
        {isChinese ? "EN" : "中文"}
      </Button>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: [
            {
              key: "who",
              type: "group",
              label: `${caller.name} · ${caller.roles.map(holdingText).join(" · ")}`,
              children: [],
            },
            ...(isWide ? [] : [{ key: "shade", label: choice }]),
            { type: "divider" },
            { key: "portal", label: <a href={caller.access_url}>{t.portal}</a> },
            { key: "account", label: <a href="/account">{t.account}</a> },
            { type: "divider" },
            { key: "out", label: <a href="/sign-out">{t.signOut}</a> },
          ],
        }}
      >
        <Button type="text" icon={<UserOutlined />} aria-label={isWide ? undefined : t.person}>
          {isWide && caller.name}
        </Button>
      </Dropdown>
    </>
  );
}
