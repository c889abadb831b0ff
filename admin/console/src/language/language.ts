/** The language of the whole page, as the server chose it for this reader. */
export type Language = "zh-CN" | "en";

export const language: Language =
  typeof document !== "undefined" && document.documentElement.lang === "zh-CN" ? "zh-CN" : "en";

export const isChinese = language === "zh-CN";

/** Leads to this page in the other language; the server remembers the choice. */
export function switchLanguage(): void {
  const to: Language = isChinese ? "en" : "zh-CN";
  const back = encodeURIComponent(location.pathname + location.search);
  location.assign(`/.gatehouse/language?to=${to}&back=${back}`);
}
