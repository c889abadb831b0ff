import { texts } from "../../../language/texts";
import { tidied } from "../ldap/tidied";
import type { KindSetUp } from "../steps";
import { ConnectionStep } from "./ConnectionStep";
import { ReadingStep } from "./ReadingStep";

const t = texts({
  hint: [
    "Windows 域：成员用域账号登录，人员、组织单位和安全组从域中同步。",
    "A Windows domain: people sign in with their accounts there; people, units and security groups are taken over.",
  ],
  connection: ["连接", "Connection"],
  reading: ["读取内容", "What is read"],
});

/** People, units and groups as every domain has them. */
const PRESET = {
  people: {
    base: "",
    filter: "(&(objectCategory=person)(objectClass=user))",
    username: "sAMAccountName",
    display_name: ["displayName", "cn"],
    email: "mail",
    mobile: "mobile",
    employee_number: "employeeID",
    manager: "manager",
    mappings: [],
  },
  units: { enabled: true, base: "", filter: "(objectClass=organizationalUnit)", managers: "managedBy" },
  groups: {
    enabled: false,
    base: "",
    filter: "(&(objectClass=group)(groupType:1.2.840.113556.1.4.803:=2147483648)(!(isCriticalSystemObject=TRUE)))",
    nested: true,
  },
};

export const AD: KindSetUp = {
  kind: "active_directory",
  title: "Microsoft AD",
  hint: t.hint,
  seesSecondFactor: false,
  blank: () => ({
    name: "",
    used_for: "both",
    enabled: false,
    source: {
      kind: "active_directory",
      servers: ["ldaps://"],
      security: "tls",
      ca: "",
      account: "",
      base: "",
      domain: "",
      changes_passwords: false,
      ...PRESET,
    },
    organisation: {
      match_by: "nothing",
      others: "keep",
      trusts_mail: false,
      links_departments: false,

      below: null,
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
        "source.domain",
        "source.account",
        "secret",
      ],
      content: ConnectionStep,
    },
    {
      key: "reading",
      title: t.reading,
      fields: ["source.people", "source.units", "source.groups", "source.changes_passwords"],
      content: ReadingStep,
    },
  ],
};
