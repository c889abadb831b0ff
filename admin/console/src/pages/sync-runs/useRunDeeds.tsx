import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { api, told } from "../../api/client";
import { readDirectory, setEnabled } from "../../api/directories";
import type { SyncRun } from "../../api/schema";
import { plural, texts } from "../../language/texts";
import { useAction } from "../../parts/useAction";

const t = texts({
  start: ["立即同步", "Sync now"],
  startTitle: (name: string) => [`立即同步“${name}”？`, `Take over “${name}” now?`],
  startText: [
    "读取目录中的全部人员和部门，并把差异写入本系统。停用人数超过阈值时会停下等待确认。",
    "Reads everybody from the directory and writes down here what differs. Where it would shut out more people than the threshold allows, it waits for a decision.",
  ],
  trial: ["预览", "Trial run"],
  trialTitle: (name: string) => [`预览同步“${name}”？`, `Try what taking over “${name}” would do?`],
  trialText: [
    "读取目录并列出将要进行的更改，确认之前不会写入任何内容。",
    "Reads the directory and lists what would change. Nothing is written until somebody says so.",
  ],
  goOn: ["确认执行", "Go on"],
  goOnTitle: (n: number) => [`执行这 ${n} 项更改？`, `Make ${plural(n, "change")}?`],
  goOnText: [
    "计划中的更改会写入本系统：新建、更新或停用成员，调整部门和用户组。完成后可以撤销。",
    "What is planned is written: members are made, updated or disabled, departments and groups arranged. It can be taken back afterwards.",
  ],
  goOnEnables: [
    "目录目前未启用，将首先启用它；如设置了自动同步，之后会按间隔进行。",
    "The directory is switched on first; if it is to be taken over by itself, that begins as well.",
  ],
  drop: ["放弃", "Drop"],
  dropTitle: ["放弃这次同步？", "Drop this run?"],
  dropText: [
    "尚未执行的更改不再执行；已经执行的会保留，之后可以撤销。",
    "What is not done yet is not done any more. What was done stays, and can be taken back afterwards.",
  ],
  undo: ["撤销这次同步", "Take it back"],
  undoTitle: (n: number) => [`撤销这 ${n} 项更改？`, `Take back ${plural(n, "change")}?`],
  undoText: [
    "从最后一项开始逐项恢复；之后又被修改过的会保持现状。定时同步会暂停，直到有人恢复；目录主动推送的内容仍会立即同步。",
    "From the last change to the first. What was changed since stays as it is. A schedule pauses until somebody resumes it; what a directory pushes is taken over all the same.",
  ],
});

export const deedWords = t;

/** What can be done about runs, each after a question that says what it does. */
export function useRunDeeds() {
  const { ask, act } = useAction();
  const go = useNavigate();
  const queries = useQueryClient();

  const begin = async (directory: string, trial: boolean) => {
    const run = await told(api.POST("/sync-runs", { body: { directory, trial } }));
    void queries.invalidateQueries({ queryKey: ["sync-runs"] });
    return run;
  };
  const begun = (directory: string, trial: boolean) => async () => {
    const run = await begin(directory, trial);
    await go(`/sync-runs/${run.id}`);
  };
  const goOn = async ({ id, directory, planned }: SyncRun) => {
    const isOn = await readDirectory(directory).then(
      ({ value }) => value.enabled,
      () => true,
    );
    const content = isOn ? t.goOnText : `${t.goOnText} ${t.goOnEnables}`;
    ask({ title: t.goOnTitle(planned), content, okText: t.goOn }, async () => {
      if (!isOn) await setEnabled(directory, true);
      await told(api.POST("/sync-runs/{id}/go-on", { params: { path: { id } } }));
    });
  };

  return {
    /** Without a question, for where the page has said already what it does. */
    tryOut: (directory: string) => act(() => begin(directory, true)),
    start: ({ id, name }: { id: string; name: string }) =>
      ask({ title: t.startTitle(name), content: t.startText, okText: t.start }, begun(id, false)),
    trial: ({ id, name }: { id: string; name: string }) =>
      ask({ title: t.trialTitle(name), content: t.trialText, okText: t.trial }, begun(id, true)),
    goOn,
    drop: ({ id }: SyncRun, onDone?: () => void) =>
      ask(
        { title: t.dropTitle, content: t.dropText, okText: t.drop, isDanger: true },
        () => told(api.POST("/sync-runs/{id}/drop", { params: { path: { id } } })),
        onDone,
      ),
    undo: ({ id, done }: SyncRun) =>
      ask({ title: t.undoTitle(done), content: t.undoText, okText: t.undo, isDanger: true }, async () => {
        const back = await told(api.POST("/sync-runs/{id}/undo", { params: { path: { id } } }));
        await go(`/sync-runs/${back.id}`);
      }),
  };
}
