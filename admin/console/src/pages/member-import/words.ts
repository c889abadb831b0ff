import { texts } from "../../language/texts";

/** What the steps of an import share. */
export const t = texts({
  title: ["导入成员", "Import members"],
  lead: [
    "从 CSV 或 Excel 文件批量新建和更新成员。写入之前，先逐行预览会发生什么。",
    "Create and update members from a CSV or Excel file. Every row is previewed before anything is written.",
  ],
  members: ["成员与部门", "Members & departments"],
  create: ["新建", "Create"],
  update: ["更新", "Update"],
  nothing: ["无变化", "Unchanged"],
  error: ["有错误", "Errors"],
});

export const VERDICTS = { create: t.create, update: t.update, nothing: t.nothing, error: t.error };
export type Verdict = keyof typeof VERDICTS;
