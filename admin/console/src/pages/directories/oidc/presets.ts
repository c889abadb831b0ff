import type { OidcSettings } from "../../../api/schema";

type Preset = {
  name: string;
  /** As the provider names itself, with what differs from one customer to another in braces. */
  issuer: string;
  claims: NonNullable<OidcSettings["claims"]>;
  scopes: string[];
  secondFactor: string[];
};

const CLAIMS = {
  key: "sub",
  username: "preferred_username",
  display_name: ["name"],
  email: "email",
  mobile: "",
  employee_number: "",
};
const SCOPES = ["openid", "profile", "email"];

export const PRESETS = {
  // Entra's `sub` is another one for each application, and nothing says that its addresses are verified.
  entra: {
    name: "Microsoft Entra ID",
    issuer: "https://login.microsoftonline.com/{tenant-id}/v2.0",
    claims: { ...CLAIMS, key: "oid" },
    scopes: SCOPES,
    secondFactor: ["mfa"],
  },
  google: {
    name: "Google Workspace",
    issuer: "https://accounts.google.com",
    claims: { ...CLAIMS, username: "email" },
    scopes: SCOPES,
    secondFactor: [],
  },
  okta: {
    name: "Okta",
    issuer: "https://{domain}.okta.com",
    claims: CLAIMS,
    scopes: SCOPES,
    secondFactor: ["mfa"],
  },
  keycloak: {
    name: "Keycloak",
    issuer: "https://{host}/realms/{realm}",
    claims: CLAIMS,
    scopes: SCOPES,
    secondFactor: ["mfa", "otp"],
  },
  authing: {
    name: "Authing",
    issuer: "https://{domain}.authing.cn/oidc",
    claims: { ...CLAIMS, username: "username", display_name: ["name", "nickname"], mobile: "phone_number" },
    scopes: [...SCOPES, "phone", "username"],
    secondFactor: [],
  },
} satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;

/** The settings with what a preset says; an issuer that was typed stays. */
export function withPreset<S extends OidcSettings>(settings: S, name: PresetName): S {
  const { issuer, claims, scopes, secondFactor } = PRESETS[name];
  const isOfAPreset = Object.values(PRESETS).some((one) => one.issuer === settings.issuer);
  return {
    ...settings,
    issuer: settings.issuer && !isOfAPreset ? settings.issuer : issuer,
    claims,
    scopes,
    second_factor: { amr: secondFactor, acr: settings.second_factor?.acr ?? [] },
  };
}

/** Whether something is still to be filled in. */
export function isPattern(issuer: string | undefined): boolean {
  return /[{}]/.test(issuer ?? "");
}
