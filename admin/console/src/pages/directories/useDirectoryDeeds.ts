import { useNavigate } from "react-router";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { readDirectory, setEnabled } from "../../api/directories";
import type { Directory } from "../../api/schema";
import { isChinese } from "../../language/language";
import { texts } from "../../language/texts";
import { useAction } from "../../parts/useAction";
import { deedWords, useRunDeeds } from "../sync-runs/useRunDeeds";
import { kindOf } from "./kinds";
import { isUnfinished, leaveAt } from "./steps";

const t = texts({
  on: ["启用", "Switch on"],
  off: ["停用", "Switch off"],
  onTitle: (name: string) => [`启用目录“${name}”？`, `Switch on the directory “${name}”?`],
  onText: [
    "之后可以同步；如设置了自动同步，会立即开始。用于登录的目录中的人员可以登录。",
    "It can be taken over; where that happens by itself, it begins at once. Where it is used for sign-in, its people can sign in.",
  ],
  onPushesText: [
    "之后推送立即生效。曾经同步过的目录会先同步全部内容，补上停用期间的推送。",
    "What it pushes takes effect at once from then on. One that was taken over before is so once more first, for what it pushed meanwhile.",
  ],
  offTitle: (name: string) => [`停用目录“${name}”？`, `Switch off the directory “${name}”?`],
  offText: ["来自该目录的成员保持不变。", "People who came from it stay as they are."],
  offTakeOver: ["不再同步。", "It is taken over no more."],
  offPushes: [
    "推送的内容只会保存，不再生效，重新启用时再同步。",
    "What it pushes is only written down, and taken over once it is on again.",
  ],
  offPage: ["不能再通过该目录登录。", "Nobody signs in by it."],
  offPasswords: [
    "不能再用目录密码登录；成员此前在本系统设置的密码会重新有效。",
    "Nobody signs in with its passwords; passwords that were set here before count again.",
  ],
  resume: ["恢复自动同步", "Resume taking over by itself"],
  resumeTitle: ["恢复自动同步？", "Take it over by itself again?"],
  resumeText: ["会立即开始一次同步，之后按设置的间隔进行。", "A run begins at once, and others follow as it is set."],
  remove: ["移除", "Remove"],
  removeTitle: (name: string) => [`移除目录“${name}”？`, `Remove the directory “${name}”?`],
  removeText: [
    "来自该目录的成员、部门和用户组会保留，之后由人工维护。连接设置和冲突会被删除，同步记录保留。此操作不可撤销。",
    "Members, departments and groups that came from it stay, and are looked after by hand. Its settings and conflicts are gone; the records stay. This cannot be undone.",
  ],
});

export type DirectoryDeed = { key: string; label: string; danger?: boolean; run: () => unknown };

/** Whether it was to be taken over by itself, and is not, as after what it did was taken back. */
export function isPaused({ enabled, used_for, organisation, next_run_at }: Directory): boolean {
  return enabled && used_for !== "sign_in" && Boolean(organisation.every_minutes) && !next_run_at;
}

function onText({ source }: Directory): string {
  return source.kind === "scim" ? t.onPushesText : t.onText;
}

/** What comes of switching a directory off. */
function offText({ used_for, source }: Directory): string {
  const takeOver = source.kind === "scim" ? t.offPushes : t.offTakeOver;
  const signIn = kindOf(source.kind)?.hasPage ? t.offPage : t.offPasswords;
  const said = [used_for !== "sign_in" && takeOver, used_for !== "organisation" && signIn, t.offText];
  return said.filter((text) => text !== false).join(isChinese ? "" : " ");
}

/** What can be done about directories. */
export function useDirectoryDeeds() {
  const may = useMay();
  const go = useNavigate();
  const { ask } = useAction();
  const runs = useRunDeeds();

  const switchOn = ({ id }: Directory) => setEnabled(id, true);
  const remove = async ({ id }: Directory) => {
    const { etag } = await readDirectory(id);
    await go("/directories");
    await told(api.DELETE("/directories/{id}", { params: { path: { id }, header: { "If-Match": etag } } }));
    leaveAt(id, undefined);
  };
  const resume = ({ id }: Directory) => told(api.POST("/sync-runs", { body: { directory: id, trial: false } }));

  /** Those that are open to the reader as it stands. */
  const deedsOf = (directory: Directory): DirectoryDeed[] => {
    const { name, enabled, used_for } = directory;
    const isSynced = used_for !== "sign_in" && may("sync_runs:create");
    const mayChange = may("directories:change");
    const isReady = !isUnfinished(directory);
    const deeds: (DirectoryDeed | false)[] = [
      isSynced && isReady && { key: "trial", label: deedWords.trial, run: () => runs.trial(directory) },
      isSynced && enabled && isReady && { key: "start", label: deedWords.start, run: () => runs.start(directory) },
      isSynced &&
        isPaused(directory) && {
          key: "resume",
          label: t.resume,
          run: () => ask({ title: t.resumeTitle, content: t.resumeText, okText: t.resume }, () => resume(directory)),
        },
      mayChange &&
        !enabled &&
        isReady && {
          key: "on",
          label: t.on,
          run: () =>
            ask({ title: t.onTitle(name), content: onText(directory), okText: t.on }, () => switchOn(directory)),
        },
      mayChange &&
        enabled && {
          key: "off",
          label: t.off,
          run: () =>
            ask({ title: t.offTitle(name), content: offText(directory), okText: t.off, isDanger: true }, () =>
              setEnabled(directory.id, false),
            ),
        },
      may("directories:remove") && {
        key: "remove",
        label: t.remove,
        danger: true,
        run: () =>
          ask({ title: t.removeTitle(name), content: t.removeText, okText: t.remove, isDanger: true }, () =>
            remove(directory),
          ),
      },
    ];
    return deeds.filter((deed) => deed !== false);
  };
  return { deedsOf, switchOn };
}
