import type { LdapSettings } from "../../../api/schema";
import { texts } from "../../../language/texts";

/** What differs from one server to another: where people, units and groups are found, and by which attributes. */
type Preset = { name: string; settings: Required<Pick<LdapSettings, "people" | "units" | "groups">> };

const t = texts({
  openldap: ["OpenLDAP", "OpenLDAP"],
  ds389: ["389 Directory Server", "389 Directory Server"],
  other: ["其他 LDAP 服务器", "Another LDAP server"],
});

const GROUPS = { base: "", enabled: false, filter: "(objectClass=groupOfNames)", name: "cn", people: "member" };
const UNITS = {
  base: "",
  enabled: true,
  filter: "(objectClass=organizationalUnit)",
  name: ["ou"],
  position: "",
  managers: "",
};
const PEOPLE = {
  base: "",
  filter: "(objectClass=inetOrgPerson)",
  username: "uid",
  display_name: ["displayName", "cn"],
  email: "mail",
  mobile: "mobile",
  employee_number: "employeeNumber",
  manager: "manager",
  disabled: "",
  disabled_values: [] as string[],
  mappings: [],
};

function preset(name: string, key: string, disabled: string, disabled_values: string[]): Preset {
  return {
    name,
    settings: {
      people: { ...PEOPLE, key, disabled, disabled_values },
      units: { ...UNITS, key },
      groups: { ...GROUPS, key },
    },
  };
}

export const PRESETS = {
  // A lock that an administrator sets; one for too many wrong passwords ends by itself.
  openldap: preset(t.openldap, "entryUUID", "pwdAccountLockedTime", ["000001010000Z"]),
  ds389: preset(t.ds389, "nsUniqueId", "nsAccountLock", ["true"]),
  other: preset(t.other, "entryUUID", "", []),
} satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;

/** Where people, units and groups are looked for, whether they are, and what is made of them, is not the server's kind. */
const OWN = new Set(["base", "enabled", "mappings"]);

function said(part: object | undefined): string {
  const entries = Object.entries(part ?? {}).filter(([key]) => !OWN.has(key));
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Which preset the settings are; none of them if they are the reader's own. */
export function presetOf(settings: Pick<LdapSettings, "people" | "units" | "groups">): PresetName | undefined {
  const parts = ["people", "units", "groups"] as const;
  return (Object.keys(PRESETS) as PresetName[]).find((name) =>
    parts.every((part) => said(settings[part]) === said(PRESETS[name].settings[part])),
  );
}

/** The settings with what a preset says; bases, and what is taken over at all, stay. */
export function withPreset<S extends Pick<LdapSettings, "people" | "units" | "groups">>(settings: S, name: PresetName) {
  const { people, units, groups } = PRESETS[name].settings;
  const { people: p, units: u, groups: g } = settings;
  return {
    ...settings,
    people: { ...people, base: p?.base ?? "", mappings: p?.mappings ?? [] },
    units: { ...units, base: u?.base ?? "", enabled: u?.enabled ?? true },
    groups: { ...groups, base: g?.base ?? "", enabled: g?.enabled ?? false },
  };
}

/** The addresses of servers as the way of guarding them writes them. */
export function withScheme(servers: readonly string[], security: LdapSettings["security"]): string[] {
  const scheme = security === "tls" ? "ldaps://" : "ldap://";
  return servers.map((server) => server.replace(/^ldaps?:\/\//i, scheme));
}
