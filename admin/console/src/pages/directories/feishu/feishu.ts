import type { DirectoryDraft, Source } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { trimmed } from "../page/blank";
import type { KindSetUp } from "../steps";
import { typedSecrets } from "../suite/secrets";
import { AppStep } from "./AppStep";
import { EventsStep } from "./EventsStep";

const t = texts({
  title: ["飞书", "Feishu / Lark"],
  hint: [
    "同步飞书通讯录，用飞书扫码或在飞书内免登，人员变动实时生效。",
    "People and departments of Feishu or Lark; people sign in there, and changes take effect as they happen.",
  ],
  app: ["应用凭证", "Application"],
  events: ["事件回调", "Events"],
});

export type FeishuSource = Extract<Source, { kind: "feishu" }>;
export type FeishuDraft = DirectoryDraft & { source: FeishuSource };

/** Where the clouds are. */
export const CLOUDS = {
  feishu: { url: "https://open.feishu.cn", accounts_url: "https://accounts.feishu.cn" },
  lark: { url: "https://open.larksuite.com", accounts_url: "https://accounts.larksuite.com" },
};

/** What is typed, as it is sent. */
export function tidied(draft: DirectoryDraft): DirectoryDraft {
  return { ...draft, source: trimmed(draft.source), secret: undefined, secrets: typedSecrets(draft) };
}

export const FEISHU: KindSetUp = {
  kind: "feishu",
  title: t.title,
  hint: t.hint,
  seesSecondFactor: false,
  hasPage: true,
  blank: () => ({
    name: t.title,
    used_for: "both",
    enabled: false,
    source: { kind: "feishu", ...CLOUDS.feishu, ca: "", app_id: "", tenant_key: "", username: "email" },
    organisation: {
      match_by: "nothing",
      others: "keep",
      trusts_mail: false,
      links_departments: false,
      follows: true,
      below: null,
      every_minutes: 60,
      threshold: { people: 20, percent: 5 },
    },
    sign_in: { match_by: "nothing", creates: false, domains: [], trusts_mail: false, trusts_second_factor: false },
  }),
  tidy: tidied,
  steps: [
    {
      key: "app",
      title: t.app,
      fields: ["name", "used_for", "source", "secrets.app_secret", "secret"],
      content: AppStep,
    },
    {
      key: "events",
      title: t.events,
      fields: ["secrets.encrypt_key", "secrets.verification_token"],
      content: EventsStep,
    },
  ],
};
