import { useQuery } from "@tanstack/react-query";
import { Alert, Card, Descriptions, Flex, List, Typography } from "antd";
import { useState } from "react";

import { api, told } from "../../api/client";
import type { PolicyPreview as Seen, SignInPolicy } from "../../api/schema";
import { texts } from "../../language/texts";
import { MemberChooser } from "../../parts/choosers";
import { TimeText } from "../../parts/TimeText";
import { useSettled } from "../../parts/useSettled";
import { messageOf } from "../../api/problem";

const t = texts({
  title: ["对某个人意味着什么", "What it means for one person"],
  person: ["选择一个人", "Choose a person"],
  empty: [
    "选择一个人，查看哪些规则适用于他，以及下次登录时会发生什么。",
    "Choose somebody to see which rules hold for them, and what happens when they sign in next.",
  ],
  next: ["下次用密码登录时", "At the next sign-in with a password"],
  unusual: ["如果登录异常", "If that sign-in is unusual"],
  nothing: ["只需密码", "The password is enough"],
  nextByCode: ["下次用验证码登录时", "At the next sign-in by a code"],
  nothingByCode: ["只需验证码", "The code is enough"],
  second_factor: ["验证第二因素", "Prove the second factor"],
  set_up_second_factor: ["设置两步验证", "Set up two-step verification"],
  set_up_second_factor_or_later: ["设置两步验证（可推迟）", "Set up two-step verification (or later)"],
  by_directory: ["只能通过企业目录登录", "Has to come by a connected directory"],
  refused: ["无法登录：没有可用的第二因素", "Does not come in: there is no second factor to prove"],
  new_password: ["设置新密码", "Choose a new password"],
  ways: ["登录途径", "Ways to come in"],
  two_step: ["两步验证", "Two-step verification"],
  password: ["密码", "Password"],
  sessions: ["保持登录", "Staying signed in"],
  attempts: ["防猜测", "Against guessing"],
  risk: ["异常登录", "Unusual sign-ins"],
  everybody: ["通用规则", "As for everybody"],
  ends: ["密码到期", "The password ends"],
  endedNone: ["保存后不会退出任何登录", "Saving ends none of their sign-ins"],
  ended: ["保存后将退出其登录数：", "Sign-ins of theirs that saving would end: "],
});

function Steps({ title, steps, none }: { title: string; steps: Seen["next_sign_in"]; none: string }) {
  const said = steps.length === 0 ? [none] : steps.map((step) => t[step]);
  return (
    <>
      <Typography.Text strong>{title}</Typography.Text>
      <List size="small" dataSource={said} renderItem={(step, at) => <List.Item>{`${at + 1}. ${step}`}</List.Item>} />
    </>
  );
}

function Found({ seen }: { seen: Seen }) {
  const from = { ways: seen.ways_from, two_step: seen.two_step_from, password: seen.password_from } as const;
  const rest = { sessions: seen.sessions_from, attempts: seen.attempts_from, risk: seen.risk_from } as const;
  const parts = Object.entries({ ...from, ...rest }) as [
    "ways" | "two_step" | "password" | "sessions" | "attempts" | "risk",
    string?,
  ][];
  return (
    <>
      <Steps title={t.next} steps={seen.next_sign_in} none={t.nothing} />
      {seen.unusual_sign_in && <Steps title={t.unusual} steps={seen.unusual_sign_in} none={t.nothing} />}
      {seen.next_sign_in_by_code != null && (
        <Steps title={t.nextByCode} steps={seen.next_sign_in_by_code} none={t.nothingByCode} />
      )}
      <Descriptions size="small" column={1} bordered>
        {parts.map(([part, name]) => (
          <Descriptions.Item key={part} label={t[part]}>
            {name ?? t.everybody}
          </Descriptions.Item>
        ))}
        {seen.password_ends_at != null && (
          <Descriptions.Item label={t.ends}>
            <TimeText at={seen.password_ends_at} />
          </Descriptions.Item>
        )}
      </Descriptions>
      <Typography.Text type={seen.sign_ins_ended > 0 ? "warning" : "secondary"}>
        {seen.sign_ins_ended > 0 ? `${t.ended}${seen.sign_ins_ended}` : t.endedNone}
      </Typography.Text>
    </>
  );
}

/** What the policy that is being written means for somebody. */
export function PolicyPreview({ policy }: { policy: SignInPolicy }) {
  const [member, setMember] = useState<string>();
  const settled = useSettled(JSON.stringify(policy));
  const { data, error } = useQuery({
    queryKey: ["sign-in-policy", "preview", settled, member],
    queryFn: () => {
      const body = { policy: JSON.parse(settled) as SignInPolicy, member: member ?? "" };
      return told(api.POST("/sign-in-policy/preview", { body }));
    },
    enabled: member !== undefined,
    placeholderData: (before) => before,
  });
  return (
    <Card title={t.title}>
      <Flex vertical gap={12}>
        <MemberChooser
          aria-label={t.person}
          placeholder={t.person}
          value={member}
          onChange={(id) => setMember([id].flat()[0])}
        />
        {error && <Alert type="error" showIcon title={messageOf(error)} />}
        {data && !error ? (
          <Found seen={data} />
        ) : (
          !error && <Typography.Text type="secondary">{t.empty}</Typography.Text>
        )}
      </Flex>
    </Card>
  );
}
