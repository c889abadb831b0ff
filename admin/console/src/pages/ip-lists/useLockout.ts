import { App } from "antd";

import { Refusal } from "../../api/problem";
import { texts } from "../../language/texts";

const t = texts({
  title: ["这会把您自己拒之门外", "This would lock you out"],
  text: (reason: string) => [
    `${reason}\n\n如果继续，修改会试行一分钟。必须有人从被放行的地址登录控制台并确认，否则会自动撤回。`,
    `${reason}\n\nIf you go on, the change is on trial for a minute. Somebody must confirm it here from an address that is let in; otherwise it is put back by itself.`,
  ],
  go: ["试行一分钟", "Try it for a minute"],
  cancel: ["取消", "Cancel"],
});

/** Sends a change of the rules; where it would lock the sender out, asks whether to put it on trial. */
export function useLockout() {
  const { modal } = App.useApp();
  return async <R>(send: (on_trial: boolean) => Promise<R>): Promise<R> => {
    try {
      return await send(false);
    } catch (thrown) {
      if (!(thrown instanceof Refusal) || thrown.code !== "would_lock_out") throw thrown;
      const goOn = await modal.confirm({
        title: t.title,
        content: t.text(thrown.message),
        okText: t.go,
        cancelText: t.cancel,
        okButtonProps: { danger: true },
        autoFocusButton: "cancel",
        styles: { body: { whiteSpace: "pre-line" } },
      });
      if (!goOn) throw thrown;
      return send(true);
    }
  };
}
