import type { DirectoryDraft } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { blankPage, trimmed } from "../page/blank";
import { t as common } from "../page/words";
import type { KindSetUp } from "../steps";
import { ClaimsStep } from "./ClaimsStep";
import { ProviderStep } from "./ProviderStep";

const t = texts({
  hint: [
    "Microsoft Entra ID、Google、Okta、Keycloak、Authing 以及其他支持 OpenID Connect 的身份提供方。",
    "Microsoft Entra ID, Google, Okta, Keycloak, Authing and others that speak OpenID Connect.",
  ],
  provider: ["身份提供方", "Provider"],
});

/** What is typed, as it is sent: with no secret where none was typed. */
export function tidied(draft: DirectoryDraft): DirectoryDraft {
  return { ...draft, source: trimmed(draft.source), secret: draft.secret || undefined };
}

export const OIDC: KindSetUp = {
  kind: "oidc",
  title: "OpenID Connect",
  hint: t.hint,
  seesSecondFactor: true,
  hasPage: true,
  blank: () =>
    blankPage({
      kind: "oidc",
      issuer: "",
      ca: "",
      client_id: "",
      authentication: "secret_basic",
      scopes: ["openid", "profile", "email"],
      claims: {
        key: "sub",
        username: "preferred_username",
        display_name: ["name"],
        email: "email",
        mobile: "",
        employee_number: "",
      },
      prompt: [],
      max_age: null,
      ends_session: false,
      renews_every_minutes: null,
      acr_values: [],
      second_factor: { amr: ["mfa"], acr: [] },
    }),
  tidy: tidied,
  steps: [
    {
      key: "provider",
      title: t.provider,
      fields: [
        "name",
        "used_for",
        "secret",
        "source.kind",
        "source.issuer",
        "source.ca",
        "source.client_id",
        "source.authentication",
      ],
      content: ProviderStep,
    },
    {
      key: "person",
      title: common.person,
      fields: [
        "source.claims",
        "source.scopes",
        "source.prompt",
        "source.max_age",
        "source.ends_session",
        "source.renews_every_minutes",
        "source.acr_values",
        "source.second_factor",
      ],
      content: ClaimsStep,
    },
  ],
};
