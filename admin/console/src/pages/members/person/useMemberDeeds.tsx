import { type ReactNode, useState } from "react";

import { useCaller, useMay } from "../../../api/caller";
import { api, told } from "../../../api/client";
import { makeOnce } from "../../../api/once";
import type { Link, MemberDetail } from "../../../api/schema";
import { CodeQuestion, FIRST_CHOICE } from "./CodeQuestion";
import { OnceLink } from "./OnceLink";
import { t } from "./deedWords";
import { useAction } from "../../../parts/useAction";

type MemberDeed = {
  key: string;
  title: string;
  /** What it does, in a sentence. */
  text: string;
  isDanger?: boolean;
  /** Why it cannot be done now. */
  refusal?: string;
  run: () => void;
};

/** What the caller may do about a person's account; `shown` is to be put where the deeds are. */
export function useMemberDeeds(member: MemberDetail, onGone: () => void): { deeds: MemberDeed[]; shown: ReactNode } {
  const may = useMay();
  const { name: self } = useCaller();
  const { act, ask } = useAction();
  const [link, setLink] = useState<Link>();
  const name = member.display_name;
  const path = { id: member.id };
  const call = { params: { path } };
  // One's own credentials are changed on the account page, which asks for a proof.
  const own = self === member.username ? t.own : undefined;
  const isActive = member.status === "active";

  const asked = (title: string, text: ReactNode, deed: () => Promise<unknown>, isDanger = true, onDone?: () => void) =>
    ask({ title: t.sure(title, name), content: text, okText: title, isDanger }, deed, onDone);

  const deeds: (MemberDeed | false)[] = [
    may("credentials:create") && {
      key: "link",
      title: t.link,
      text: member.has_password ? t.linkText : t.firstLinkText,
      refusal: own,
      run: () => {
        const once = makeOnce();
        let choice = FIRST_CHOICE;
        const text = (keeps: boolean) =>
          !member.has_password ? t.firstLinkText : keeps ? t.linkAskKept(name) : t.linkAsk(name);
        asked(
          t.link,
          <CodeQuestion text={text} hasPassword={member.has_password} onChange={(chosen) => (choice = chosen)} />,
          async () => {
            const query = { keep_password: choice.keep_password };
            const make = (header: { "Idempotency-Key": string }) =>
              told(api.POST("/members/{id}/one-time-link", { params: { path, header, query } }));
            setLink(await once({ path, query }, make));
          },
          false,
        );
      },
    },
    ...(["mail", "sms"] as const).map(
      (channel) =>
        may("credentials:create") && {
          key: `send-${channel}`,
          title: channel === "mail" ? t.sendMail : t.sendSms,
          text: t.sendText,
          refusal:
            (own ?? (channel === "mail" ? !member.email && t.noMail : !member.mobile && t.noMobile)) || undefined,
          run: () => {
            const once = makeOnce();
            const to = (channel === "mail" ? member.email : member.mobile) ?? "";
            const text = (keeps: boolean) =>
              !member.has_password ? t.firstSendAsk(name, to) : keeps ? t.sendAskKept(name, to) : t.sendAsk(name, to);
            let choice = FIRST_CHOICE;
            asked(
              channel === "mail" ? t.sendMail : t.sendSms,
              <CodeQuestion
                isSent
                text={text}
                hasPassword={member.has_password}
                onChange={(chosen) => (choice = chosen)}
              />,
              () => {
                const body = { channel, ...choice };
                return once({ path, body }, (header) =>
                  told(api.POST("/members/{id}/one-time-messages", { params: { path, header }, body })),
                );
              },
              false,
            );
          },
        },
    ),
    may("credentials:remove") && {
      key: "second-factor",
      title: t.secondFactor,
      text: t.secondFactorText,
      refusal: own ?? (member.has_second_factor ? undefined : t.noSecondFactor),
      run: () =>
        asked(t.secondFactor, t.secondFactorAsk(name), () => told(api.DELETE("/members/{id}/second-factor", call))),
    },
    may("credentials:change") && {
      key: "unlock",
      title: t.unlock,
      text: t.unlockText,
      refusal: member.is_locked ? undefined : t.notLocked,
      run: () => void act(() => told(api.POST("/members/{id}/unlock", call)), t.unlocked),
    },
    may("members:change") &&
      isActive && {
        key: "disable",
        title: t.disable,
        text: t.disableText,
        isDanger: true,
        run: () => asked(t.disable, t.disableAsk(name), () => told(api.POST("/members/{id}/disable", call))),
      },
    may("members:change") &&
      member.status !== "left" && {
        key: "leave",
        title: t.leave,
        text: t.leaveText,
        isDanger: true,
        run: () => asked(t.leave, t.leaveAsk(name), () => told(api.POST("/members/{id}/leave", call))),
      },
    may("members:change") &&
      !isActive && {
        key: "enable",
        title: t.enable,
        text: t.enableText,
        run: () => void act(() => told(api.POST("/members/{id}/enable", call)), t.enabled),
      },
    may("members:remove") && {
      key: "remove",
      title: t.remove,
      text: t.removeText,
      isDanger: true,
      refusal: isActive ? t.removeLater : undefined,
      run: () => asked(t.remove, t.removeAsk(name), () => told(api.DELETE("/members/{id}", call)), true, onGone),
    },
  ];
  const shown = link && <OnceLink link={link} name={name} onClose={() => setLink(undefined)} />;
  return { deeds: deeds.filter((deed) => deed !== false), shown };
}
