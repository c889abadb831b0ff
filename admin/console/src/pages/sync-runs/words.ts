import { nameOf } from "../../language/names";
import { plural, texts } from "../../language/texts";

export const t = texts({
  title: ["同步记录", "Sync records"],
  lead: [
    "每一次从目录同步的经过：读取了什么，计划更改什么，以及每项更改的结果。",
    "Each time a directory was taken over: what was read, what was to change, and what came of each change.",
  ],
  directory: ["目录", "Directory"],
  allDirectories: ["全部目录", "All directories"],
  startedAt: ["开始时间", "Began"],
  finishedAt: ["结束时间", "Ended"],
  startedBy: ["发起者", "Begun by"],
  schedule: ["定时同步", "By schedule"],
  mode: ["类型", "Kind"],
  full: ["同步", "Sync"],
  followed: ["跟进变更", "Changes followed"],
  trial: ["预览", "Trial"],
  push: ["推送", "Pushed"],
  undo: ["撤销", "Undo"],
  undoes: ["撤销的同步", "Takes back"],
  state: ["状态", "State"],
  listed: ["读取的人员", "People read"],
  known: ["此前已有", "Known before"],
  changes: ["更改", "Changes"],
  planned: ["计划更改", "To be changed"],
  done: ["已完成", "Done"],
  failed: ["未成功", "Failed"],
  none: ["还没有同步记录", "Nothing was taken over yet"],
  noneHint: [
    "连接目录并进行首次预览后，同步的经过会记录在这里。",
    "Once a directory is connected and tried, what happens is recorded here.",
  ],
});

export const PHASES = texts({
  reading: ["正在读取", "Reading"],
  waiting: ["等待确认", "Waits for a decision"],
  applying: ["正在执行", "Under way"],
  done: ["已完成", "Done"],
  failed: ["失败", "Failed"],
  dropped: ["已放弃", "Dropped"],
  undone: ["已撤销", "Taken back"],
});

export const PHASE_COLOURS = {
  reading: "blue",
  waiting: "warning",
  applying: "blue",
  done: "success",
  failed: "error",
  dropped: "default",
  undone: "default",
} as const;

export const OBJECTS = texts({
  department: ["部门", "Department"],
  person: ["人员", "Person"],
  person_manager: ["上级", "Manager"],
  department_managers: ["部门负责人", "Department managers"],
  group: ["用户组", "Group"],
});

export const CHANGES = texts({
  create: ["新建", "Create"],
  update: ["更新", "Update"],
  link: ["关联已有", "Link to one that is there"],
  enable: ["启用", "Enable"],
  disable: ["停用", "Disable"],
  remove: ["移除", "Remove"],
  conflict: ["冲突", "Conflict"],
  unfit: ["不符合要求", "Not fit"],
  undo: ["撤销", "Take back"],
});

export const CHANGE_COLOURS: Readonly<Record<string, string>> = {
  create: "success",
  link: "blue",
  update: "blue",
  enable: "success",
  disable: "error",
  remove: "error",
  conflict: "warning",
  unfit: "default",
};

export const OUTCOMES = texts({
  planned: ["待执行", "Planned"],
  held: ["待重试", "To be tried again"],
  done: ["已完成", "Done"],
  failed: ["未成功", "Failed"],
  taken_back: ["已撤销", "Taken back"],
  kept: ["保持现状", "Kept as it is"],
});

export const OUTCOME_COLOURS: Readonly<Record<string, string>> = {
  planned: "blue",
  held: "blue",
  done: "success",
  failed: "error",
  kept: "warning",
};

/** A word of the API as a reader reads it; one that this version does not know stays as it is. */
export function wordOf(words: Readonly<Record<string, string>>, word: string): string {
  return words[word] ?? word;
}

/** What the API says in both languages. */
export function reasonText(reason: object | null | undefined): string {
  return nameOf(reason as Parameters<typeof nameOf>[0]);
}

export function starter(name: string): string {
  return name === "schedule" ? t.schedule : name;
}

const people = (n: number) => plural(n, "person", "people");

export const progress = texts({
  reading: (n: number) => [`正在读取目录，已读取 ${n} 人`, `Reading the directory: ${people(n)} so far`],
  applying: (done: number, all: number) => [`正在执行：${done} / ${all} 项更改`, `${done} of ${all} changes made`],
});
