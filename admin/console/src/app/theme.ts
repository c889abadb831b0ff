import { theme as antd, type ThemeConfig } from "antd";
import { useEffect, useState } from "react";

/** How light the page is: as the system has it, unless the reader chose. */
export type Shade = "light" | "dark" | "system";

const KEPT = "gatehouse-shade";
const DARK = "(prefers-color-scheme: dark)";

function kept(): Shade {
  const found = localStorage.getItem(KEPT);
  return found === "light" || found === "dark" ? found : "system";
}

export function useShade() {
  const [shade, choose] = useState(kept);
  const [systemIsDark, setSystem] = useState(() => matchMedia(DARK).matches);
  useEffect(() => {
    const system = matchMedia(DARK);
    const follow = () => setSystem(system.matches);
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, []);
  const isDark = shade === "dark" || (shade === "system" && systemIsDark);
  useEffect(() => {
    document.documentElement.style.colorScheme = isDark ? "dark" : "light";
  }, [isDark]);
  const setShade = (to: Shade) => {
    localStorage.setItem(KEPT, to);
    choose(to);
  };
  return { shade, isDark, setShade };
}

/** Our look on the widgets. The greys of texts are a step darker than theirs, to be read by all. */
export function themeOf(isDark: boolean): ThemeConfig {
  return {
    algorithm: isDark ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      colorPrimary: isDark ? "#3d74f2" : "#1f5eff",
      colorSuccess: isDark ? "#5fc72b" : "#237a0c",
      colorWarning: isDark ? "#f0b03c" : "#9a5b00",
      colorError: isDark ? "#ff7b7b" : "#c6131f",
      colorLink: isDark ? "#7ba5ff" : "#1a54e6",
      ...(isDark ? {} : { colorSuccessBg: "#eefbe6", colorWarningBg: "#fff8e1", colorErrorBg: "#fff1f0" }),
      borderRadius: 8,
      colorBgLayout: isDark ? "#0f1115" : "#f5f6f8",
      colorTextSecondary: isDark ? "#b4b9c2" : "#4b5563",
      colorTextTertiary: isDark ? "#9aa1ac" : "#5f6773",
      colorTextDescription: isDark ? "#a5acb8" : "#586172",
      colorTextPlaceholder: isDark ? "#8d95a1" : "#667080",
      fontFamily:
        '-apple-system, BlinkMacSystemFont, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", Roboto, sans-serif',
    },
    components: {
      Layout: { headerBg: isDark ? "#15181d" : "#ffffff", siderBg: isDark ? "#15181d" : "#ffffff", headerHeight: 56 },
      // White letters are read on them also while the pointer is over.
      Button: isDark
        ? { colorPrimaryHover: "#2f5cc4", defaultHoverColor: "#8ab0ff", defaultHoverBorderColor: "#8ab0ff" }
        : { colorPrimaryHover: "#1449d1" },
      Menu: {
        itemBorderRadius: 8,
        itemHeight: 38,
        iconSize: 16,
        itemBg: "transparent",
        subMenuItemBg: "transparent",
        ...(isDark ? { itemSelectedColor: "#a9c3ff" } : {}),
      },
      Table: { headerBorderRadius: 8, ...(isDark ? {} : { rowSelectedHoverBg: "#dfeaff" }) },
      Tabs: isDark ? { itemSelectedColor: "#8ab0ff", itemHoverColor: "#8ab0ff", inkBarColor: "#8ab0ff" } : {},
    },
  };
}
