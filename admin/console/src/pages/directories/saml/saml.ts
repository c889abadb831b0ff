import type { DirectoryDraft } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { blankPage, trimmed } from "../page/blank";
import { t as common } from "../page/words";
import type { KindSetUp } from "../steps";
import { AttributesStep } from "./AttributesStep";
import { ProviderStep } from "./ProviderStep";

const t = texts({
  hint: [
    "ADFS、Microsoft Entra ID、Okta、Keycloak、Shibboleth 以及其他 SAML 2.0 身份提供方。",
    "ADFS, Microsoft Entra ID, Okta, Keycloak, Shibboleth and others that speak SAML 2.0.",
  ],
  provider: ["身份提供方", "Provider"],
});

/** What is typed, as it is sent: what is fetched is not written down, too. */
export function tidied(draft: DirectoryDraft): DirectoryDraft {
  if (draft.source.kind !== "saml") return draft;
  const source = trimmed(draft.source);
  return { ...draft, source: { ...source, metadata: source.metadata_url ? "" : source.metadata }, secret: undefined };
}

export const SAML: KindSetUp = {
  kind: "saml",
  title: "SAML 2.0",
  hint: t.hint,
  seesSecondFactor: true,
  hasPage: true,
  blank: () =>
    blankPage({
      kind: "saml",
      metadata_url: "",
      metadata: "",
      ca: "",
      entity_id: "",
      binding: "redirect",
      sign_requests: true,
      name_format: "unspecified",
      force_authn: false,
      idp_initiated: false,
      attributes: {
        key: "",
        username: "",
        display_name: ["displayName", "cn"],
        email: "mail",
        mobile: "",
        employee_number: "",
      },
      second_factor: [],
      key_generation: 0,
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
        "source.metadata_url",
        "source.metadata",
        "source.ca",
        "source.entity_id",
        "source.binding",
        "source.sign_requests",
        "source.name_format",
        "source.force_authn",
        "source.idp_initiated",
        "source.key_generation",
      ],
      content: ProviderStep,
    },
    {
      key: "person",
      title: common.person,
      fields: ["source.attributes", "source.second_factor"],
      content: AttributesStep,
    },
  ],
};
