import { texts } from "../../../language/texts";
import type { KindSetUp } from "../steps";
import { BasicsStep } from "./BasicsStep";
import { ProviderStep } from "./ProviderStep";

const t = texts({
  hint: [
    "Okta、Microsoft Entra ID 等主动推送人员和用户组的身份服务。",
    "Okta, Microsoft Entra ID and others that push people and groups by themselves.",
  ],
  basics: ["目录", "Directory"],
  provider: ["推送方", "Provider"],
});

export const SCIM: KindSetUp = {
  kind: "scim",
  title: "SCIM 2.0",
  hint: t.hint,
  seesSecondFactor: false,
  blank: () => ({
    name: "",
    used_for: "organisation",
    enabled: false,
    source: { kind: "scim", departments: true, networks: [] },
    organisation: {
      match_by: "nothing",
      others: "keep",
      trusts_mail: false,
      links_departments: false,
      follows: true,
      below: null,
      every_minutes: null,
      threshold: { people: 20, percent: 5 },
    },
    sign_in: { match_by: "nothing", creates: false, domains: [], trusts_mail: false, trusts_second_factor: false },
  }),
  tidy: (draft) => draft,
  steps: [
    {
      key: "basics",
      title: t.basics,
      fields: ["name", "used_for", "source"],
      content: BasicsStep,
    },
    { key: "provider", title: t.provider, fields: [], content: ProviderStep },
  ],
};
