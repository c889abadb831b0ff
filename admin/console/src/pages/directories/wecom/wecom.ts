import type { DirectoryDraft, Source } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { trimmed } from "../page/blank";
import type { KindSetUp } from "../steps";
import { typedSecrets } from "../suite/secrets";
import { AppStep } from "./AppStep";
import { EventsStep } from "./EventsStep";

const t = texts({
  title: ["企业微信", "WeCom"],
  hint: [
    "同步企业微信通讯录，用企业微信扫码或在企业微信内免登，人员变动实时生效。",
    "People and departments of WeCom; people sign in there, and changes take effect as they happen.",
  ],
  app: ["应用凭证", "Application"],
  events: ["事件回调", "Events"],
});

export type WeComSource = Extract<Source, { kind: "wecom" }>;
export type WeComDraft = DirectoryDraft & { source: WeComSource };

/** Where the public cloud is. */
export const CLOUD = {
  url: "https://qyapi.weixin.qq.com",
  sign_in_url: "https://login.work.weixin.qq.com",
  inside_url: "https://open.weixin.qq.com",
};

/** What is typed, as it is sent. */
export function tidied(draft: DirectoryDraft): DirectoryDraft {
  return { ...draft, source: trimmed(draft.source), secret: undefined, secrets: typedSecrets(draft) };
}

export const WECOM: KindSetUp = {
  kind: "wecom",
  title: t.title,
  hint: t.hint,
  seesSecondFactor: false,
  hasPage: true,
  blank: () => ({
    name: t.title,
    used_for: "both",
    enabled: false,
    source: { kind: "wecom", ...CLOUD, ca: "", corp_id: "", agent_id: 0, username: "user_id" },
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
      fields: ["secrets.callback_token", "secrets.aes_key"],
      content: EventsStep,
    },
  ],
};
