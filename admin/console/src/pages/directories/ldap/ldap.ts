import { texts } from "../../../language/texts";
import type { KindSetUp } from "../steps";
import { ConnectionStep } from "./ConnectionStep";
import { PRESETS } from "./presets";
import { ReadingStep } from "./ReadingStep";
import { tidied } from "./tidied";

const t = texts({
  hint: [
    "OpenLDAP、389 Directory Server 以及其他支持 LDAP v3 的目录服务。",
    "OpenLDAP, 389 Directory Server and others that speak LDAP v3.",
  ],
  connection: ["连接", "Connection"],
  reading: ["读取内容", "What is read"],
});

export const LDAP: KindSetUp = {
  kind: "ldap",
  title: "LDAP",
  hint: t.hint,
  seesSecondFactor: false,
  blank: () => ({
    name: "",
    used_for: "both",
    enabled: false,
    source: {
      kind: "ldap",
      servers: ["ldaps://"],
      security: "tls",
      ca: "",
      base: "",
      bind_dn: "",
      ignores_references: false,
      ...PRESETS.openldap.settings,
    },
    organisation: {
      match_by: "nothing",
      others: "keep",
      trusts_mail: false,
      below: null,
      links_departments: false,
      every_minutes: 60,
      follows: true,
      threshold: { people: 20, percent: 5 },
    },
    sign_in: { match_by: "nothing", creates: false, domains: [], trusts_mail: false, trusts_second_factor: false },
  }),
  tidy: tidied,
  steps: [
    {
      key: "connection",
      title: t.connection,
      fields: [
        "name",
        "used_for",
        "source.kind",
        "source.servers",
        "source.security",
        "source.ca",
        "source.base",
        "source.bind_dn",
        "secret",
      ],
      content: ConnectionStep,
    },
    {
      key: "reading",
      title: t.reading,
      fields: ["source.people", "source.units", "source.groups"],
      content: ReadingStep,
    },
  ],
};
