import { useQueryClient } from "@tanstack/react-query";
import { Button, Flex, Tag, Typography } from "antd";
import { useState } from "react";

import { useMay } from "../../../api/caller";
import { api, told } from "../../../api/client";
import type { DirectoryToken, NewDirectoryToken } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { OnceShown } from "../../../parts/OnceShown";
import { TimeText } from "../../../parts/TimeText";
import { useAction } from "../../../parts/useAction";

const t = texts({
  title: ["令牌", "Token"],
  hint: [
    "最多两个令牌同时有效：更换时先创建新令牌，在推送方换上之后再停用旧令牌。",
    "Two are good at a time: to replace one, make another, enter it at the provider, then end the old one.",
  ],
  none: ["还没有令牌", "There is none yet"],
  make: ["创建令牌", "Make a token"],
  another: ["创建新令牌以更换", "Make another to replace it"],
  made: ["创建于", "Made"],
  unused: ["尚未收到请求", "No request came yet"],
  last: ["最近请求", "Last request"],
  from: (address: string) => [`来自 ${address}`, `from ${address}`],
  end: ["停用", "End it"],
  endTitle: ["停用此令牌？", "End this token?"],
  endText: [
    "使用它的推送会立即被拒绝。此操作不可撤销。",
    "Whoever pushes with it is refused at once. This cannot be undone.",
  ],
  onceTitle: ["令牌已创建", "The token is made"],
  onceHint: ["请立即复制到推送方：关闭后无法再次查看。", "Copy it to the provider now: it cannot be shown again."],
});

type Props = { directory: string; tokens: DirectoryToken[] };

/** The tokens of a directory that pushes, and what was last asked with each. */
export function Tokens({ directory, tokens }: Props) {
  const mayChange = useMay()("directories:change");
  const queries = useQueryClient();
  const { act, ask } = useAction();
  const [made, setMade] = useState<NewDirectoryToken>();
  const params = { path: { id: directory } };
  const renew = () => queries.invalidateQueries({ queryKey: ["directories", directory, "tokens"] });
  const make = () =>
    act(async () => {
      setMade(await told(api.POST("/directories/{id}/tokens", { params })));
      await renew();
    });
  const end = (token: string) =>
    ask({ title: t.endTitle, content: t.endText, okText: t.end, isDanger: true }, async () => {
      await told(api.DELETE("/directories/{id}/tokens/{token}", { params: { path: { id: directory, token } } }));
      await renew();
    });
  return (
    <Flex vertical gap={8} align="flex-start">
      <Typography.Text strong>{t.title}</Typography.Text>
      <Typography.Text type="secondary">{tokens.length === 0 ? t.none : t.hint}</Typography.Text>
      {tokens.map((token) => (
        <Flex key={token.id} gap={12} wrap align="center">
          <span>
            {t.made} <TimeText at={token.created_at} />
          </span>
          <LastRequest token={token} />
          {mayChange && (
            <Button size="small" danger onClick={() => end(token.id)}>
              {t.end}
            </Button>
          )}
        </Flex>
      ))}
      {mayChange && tokens.length < 2 && (
        <Button type={tokens.length === 0 ? "primary" : "default"} onClick={() => void make()}>
          {tokens.length === 0 ? t.make : t.another}
        </Button>
      )}
      {made && (
        <OnceShown
          title={t.onceTitle}
          hint={t.onceHint}
          values={[{ label: t.title, value: made.secret }]}
          onClose={() => setMade(undefined)}
        />
      )}
    </Flex>
  );
}

function LastRequest({ token: { last_used_at, last_used_from, last_request } }: { token: DirectoryToken }) {
  if (!last_used_at) return <Tag>{t.unused}</Tag>;
  return (
    <span>
      <Tag color="success">{t.last}</Tag>
      <TimeText at={last_used_at} /> <span className="mono">{last_request}</span>{" "}
      {last_used_from && <Typography.Text type="secondary">{t.from(last_used_from)}</Typography.Text>}
    </span>
  );
}
