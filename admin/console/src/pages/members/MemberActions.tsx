import { Button, Flex } from "antd";
import { useState } from "react";

import { useCaller, useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import type { Link, Member } from "../../api/schema";
import { texts } from "../../language/texts";
import { OnceShown } from "../../parts/OnceShown";
import { useAction } from "../../parts/useAction";

const t = texts({
  link: ["生成一次性链接", "Make a one-time link"],
  linkTitle: ["重新设置密码", "Set a new password"],
  linkText: (name: string) => [
    `${name}现有的密码和全部登录会立即失效，直到本人用链接设置新密码。`,
    `The present password and all sign-ins of ${name} end at once; they set a new password with the link.`,
  ],
  onceHint: [
    "请通过只有本人能看到的渠道转交。链接和验证码只显示这一次，使用一次后失效。",
    "Hand these over by a way that reaches only that person. They are shown this once, and work once.",
  ],
  url: ["网址", "Page"],
  code: ["验证码", "Code"],
  unlock: ["解除锁定", "Unlock"],
  second: ["重置两步验证", "Reset second factor"],
  secondText: (name: string) => [
    `${name}的身份验证器和恢复码会被移除，所有登录立即失效。`,
    `The authenticator and the recovery codes of ${name} are taken away, and all their sign-ins end at once.`,
  ],
  disable: ["停用", "Disable"],
  disableText: (name: string) => [
    `${name}会立即退出所有应用，并且无法登录，直到重新启用。`,
    `${name} is signed out everywhere at once and cannot sign in until enabled again.`,
  ],
  enable: ["启用", "Enable"],
  remove: ["删除", "Delete"],
  removeText: (name: string) => [
    `${name}的账号、密码和所属关系会被永久删除，日志保留。此操作不可撤销。`,
    `The account of ${name}, their password and what they belong to are deleted for good; the logs stay. This cannot be undone.`,
  ],
  sure: (what: string, name: string) => [`${what}：${name}？`, `${what}: ${name}?`],
});

/** What an administrator can do about a person. */
export function MemberActions({ member, onGone }: { member: Member; onGone: () => void }) {
  const may = useMay();
  const { name: self } = useCaller();
  const { act, ask } = useAction();
  const [link, setLink] = useState<Link>();
  const [path, name] = [{ id: member.id }, member.display_name];
  const call = { params: { path } };
  const isSelf = self === member.username;

  const danger = (what: string, content: string, deed: () => Promise<unknown>, onDone?: () => void) =>
    ask({ title: t.sure(what, name), content, okText: what, isDanger: true }, deed, onDone);

  return (
    <Flex gap={8} wrap>
      {may("credentials:create") && !isSelf && (
        <Button
          onClick={() =>
            ask({ title: t.sure(t.linkTitle, name), content: t.linkText(name), okText: t.link }, async () =>
              setLink(await told(api.POST("/members/{id}/one-time-link", call))),
            )
          }
        >
          {t.link}
        </Button>
      )}
      {may("credentials:change") && (
        <Button onClick={() => void act(() => told(api.POST("/members/{id}/unlock", call)))}>{t.unlock}</Button>
      )}
      {may("credentials:remove") && !isSelf && (
        <Button
          onClick={() =>
            danger(t.second, t.secondText(name), () => told(api.DELETE("/members/{id}/second-factor", call)))
          }
        >
          {t.second}
        </Button>
      )}
      {may("members:change") &&
        (member.status === "active" ? (
          <Button
            danger
            onClick={() => danger(t.disable, t.disableText(name), () => told(api.POST("/members/{id}/disable", call)))}
          >
            {t.disable}
          </Button>
        ) : (
          <Button onClick={() => void act(() => told(api.POST("/members/{id}/enable", call)))}>{t.enable}</Button>
        ))}
      {may("members:remove") && (
        <Button
          danger
          type="primary"
          onClick={() => danger(t.remove, t.removeText(name), () => told(api.DELETE("/members/{id}", call)), onGone)}
        >
          {t.remove}
        </Button>
      )}
      {link && (
        <OnceShown
          title={t.link}
          hint={t.onceHint}
          values={[
            { label: t.url, value: link.url },
            { label: t.code, value: link.code },
          ]}
          onClose={() => setLink(undefined)}
        />
      )}
    </Flex>
  );
}
