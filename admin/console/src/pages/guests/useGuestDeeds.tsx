import { type ReactNode, useState } from "react";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { makeOnce } from "../../api/once";
import type { Channel, Guest, Link } from "../../api/schema";
import { texts } from "../../language/texts";
import { useAction } from "../../parts/useAction";
import { CodeQuestion, FIRST_CHOICE } from "../members/person/CodeQuestion";
import { t as words } from "../members/person/deedWords";
import { OnceLink } from "../members/person/OnceLink";

const t = texts({
  suspend: ["停用", "Suspend"],
  suspendAsk: (name: string) => [
    `${name}会立即退出所有应用，并且无法登录，直到恢复。`,
    `${name} is signed out everywhere at once and cannot sign in until resumed.`,
  ],
  resume: ["恢复", "Resume"],
  resumed: ["已恢复", "Resumed"],
  remove: ["删除", "Remove"],
  removeAsk: (name: string) => [
    `${name}的账号会被删除，日志会保留。此操作不可撤销。`,
    `The account of ${name} is removed; what they did stays in the logs. This cannot be undone.`,
  ],
  removeLater: ["请先停用", "Suspend them first"],
});

export type GuestDeed = { key: string; label: string; danger?: boolean; disabled?: boolean; run: () => void };

/** What may be done about a guest; `shown` is to be put where the deeds are. */
export function useGuestDeeds(): { deedsOf: (guest: Guest) => GuestDeed[]; shown: ReactNode } {
  const { act, ask } = useAction();
  const mayChange = useMay()("guests:change");
  const [made, setMade] = useState<{ link: Link; name: string }>();

  const askLink = ({ id, display_name: name }: Guest) => {
    const once = makeOnce();
    const path = { id };
    const make = async () => {
      const link = await once(path, (header) =>
        told(api.POST("/guests/{id}/one-time-link", { params: { path, header } })),
      );
      setMade({ link, name });
    };
    ask({ title: words.sure(words.link, name), content: words.linkAsk(name), okText: words.link }, make);
  };

  const askSend = ({ id, display_name: name, email, mobile }: Guest, channel: Channel) => {
    const once = makeOnce();
    const path = { id };
    const title = channel === "mail" ? words.sendMail : words.sendSms;
    const to = (channel === "mail" ? email : mobile) ?? "";
    const text = (keeps: boolean) => (keeps ? words.sendAskKept(name, to) : words.sendAsk(name, to));
    let choice = FIRST_CHOICE;
    const content = <CodeQuestion isSent hasPassword text={text} onChange={(chosen) => (choice = chosen)} />;
    ask({ title: words.sure(title, name), content, okText: title }, () => {
      const body = { channel, ...choice };
      return once({ path, body }, (header) =>
        told(api.POST("/guests/{id}/one-time-messages", { params: { path, header }, body })),
      );
    });
  };

  const deedsOf = (guest: Guest): GuestDeed[] => {
    const { display_name: name, state } = guest;
    const path = { id: guest.id };
    const isSuspended = state === "suspended";
    const isOthers = guest.suspended_because === "by_hand" && !mayChange;
    const danger = (title: string, content: string, deed: () => Promise<unknown>) => () =>
      void ask({ title: words.sure(title, name), content, okText: title, isDanger: true }, deed);
    return [
      { key: "link", label: words.link, disabled: state !== "active", run: () => askLink(guest) },
      {
        key: "mail",
        label: words.sendMail,
        disabled: state !== "active" || !guest.email,
        run: () => askSend(guest, "mail"),
      },
      {
        key: "sms",
        label: words.sendSms,
        disabled: state !== "active" || !guest.mobile,
        run: () => askSend(guest, "sms"),
      },
      isSuspended
        ? {
            key: "resume",
            label: t.resume,
            disabled: isOthers,
            run: () => void act(() => told(api.POST("/guests/{id}/resume", { params: { path } })), t.resumed),
          }
        : {
            key: "suspend",
            label: t.suspend,
            danger: true,
            run: danger(t.suspend, t.suspendAsk(name), () =>
              told(api.POST("/guests/{id}/suspend", { params: { path } })),
            ),
          },
      {
        key: "remove",
        label: isSuspended ? t.remove : `${t.remove} (${t.removeLater})`,
        danger: true,
        disabled: !isSuspended || isOthers,
        run: danger(t.remove, t.removeAsk(name), () => told(api.DELETE("/guests/{id}", { params: { path } }))),
      },
    ];
  };

  const shown = made && <OnceLink link={made.link} name={made.name} onClose={() => setMade(undefined)} />;
  return { deedsOf, shown };
}
