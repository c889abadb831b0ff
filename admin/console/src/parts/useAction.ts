import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import type { ReactNode } from "react";

import { messageOf } from "../api/problem";
import { texts } from "../language/texts";

const t = texts({ done: ["已完成", "Done"], cancel: ["取消", "Cancel"] });

type Question = {
  title: string;
  /** What it will do, and to how many. */
  content: ReactNode;
  /** On the button: the deed, not "OK". */
  okText: string;
  isDanger?: boolean;
};

/** Does things at a click, asking first where they cannot be taken back, and tells how it went. */
export function useAction() {
  const { message, modal } = App.useApp();
  const queries = useQueryClient();

  const act = async (deed: () => Promise<unknown>, said: string = t.done): Promise<boolean> => {
    try {
      await deed();
      void message.success(said);
      return true;
    } catch (thrown) {
      void message.error(messageOf(thrown));
      return false;
    } finally {
      await queries.invalidateQueries();
    }
  };

  /** Does what is seen to be done where it worked, and tells only what went wrong. */
  const attempt = async (deed: () => Promise<unknown>): Promise<boolean> => {
    try {
      await deed();
      return true;
    } catch (thrown) {
      void message.error(messageOf(thrown));
      return false;
    }
  };

  const ask = ({ isDanger, ...question }: Question, deed: () => Promise<unknown>, onDone?: () => void) =>
    modal.confirm({
      ...question,
      cancelText: t.cancel,
      okButtonProps: { danger: isDanger },
      autoFocusButton: isDanger ? "cancel" : "ok",
      onOk: async () => {
        if (await act(deed)) onDone?.();
      },
    });

  return { act, ask, attempt };
}
