import { Typography } from "antd";

import { useMay, useMayEverywhere } from "../../api/caller";
import { api, told, versioned } from "../../api/client";
import { useDraft } from "../../api/draft";
import type { SignInPolicy as Policy } from "../../api/schema";
import { texts } from "../../language/texts";
import { ManagedMark } from "../../parts/ManagedMark";
import { PageHeader } from "../../parts/PageHeader";
import { SettingsForm } from "../../parts/SettingsForm";
import { AttemptFields } from "./AttemptFields";
import { Exceptions } from "./Exceptions";
import { NoticeFields } from "./NoticeFields";
import { PasswordFields } from "./PasswordFields";
import { PolicyPreview } from "./PolicyPreview";
import { RiskFields } from "./RiskFields";
import { SessionFields } from "./SessionFields";
import { TwoStepFields } from "./TwoStepFields";
import { WaysFields } from "./WaysFields";

const t = texts({
  title: ["登录策略", "Sign-in policy"],
  lead: [
    "登录需要什么、能保持多久、猜测密码会怎样。保存后，时长和次数立即对所有人生效，包括已登录的人；其余从下次登录起生效。",
    "What it takes to sign in, for how long it holds, and what becomes of those who guess. Times and numbers hold at once, for those who are signed in, too; the rest holds from the next sign-in.",
  ],
  ways: ["登录途径", "Ways to come in"],
  twoStep: ["两步验证", "Two-step verification"],
  password: ["密码", "Passwords"],
  sessions: ["保持登录", "Staying signed in"],
  attempts: ["账号安全", "Against guessing"],
  risk: ["异常登录", "Unusual sign-ins"],
  notices: ["通知", "What people are told"],
});

export default function SignInPolicy() {
  const mayChange = useMay()("sign_in_policy:change");
  const mayPreview = useMayEverywhere()("members:read");
  const draft = useDraft(["sign-in-policy"], () => versioned(api.GET("/sign-in-policy")));
  const { value, etag } = draft;
  return (
    <>
      <PageHeader title={t.title} lead={t.lead}>
        <ManagedMark kind="sign_in_policy" />
      </PageHeader>
      <SettingsForm<Policy>
        key={etag}
        initial={value}
        draft={draft}
        mayChange={mayChange}
        send={(body) => told(api.PUT("/sign-in-policy", { params: { header: { "If-Match": etag } }, body }))}
        preview={(policy) => mayPreview && <PolicyPreview policy={policy} />}
      >
        <Typography.Title level={4}>{t.ways}</Typography.Title>
        <WaysFields at={["ways"]} />
        <Typography.Title level={4}>{t.twoStep}</Typography.Title>
        <TwoStepFields at={["two_step"]} />
        <Typography.Title level={4}>{t.password}</Typography.Title>
        <PasswordFields at={["password"]} />
        <Typography.Title level={4}>{t.sessions}</Typography.Title>
        <SessionFields at={["sessions"]} />
        <Typography.Title level={4}>{t.attempts}</Typography.Title>
        <AttemptFields at={["attempts"]} />
        <Typography.Title level={4}>{t.risk}</Typography.Title>
        <RiskFields at={["risk"]} />
        <Typography.Title level={4}>{t.notices}</Typography.Title>
        <NoticeFields />
        <Exceptions mayChange={mayChange} />
      </SettingsForm>
    </>
  );
}
