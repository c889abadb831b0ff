import type { DirectoryDraft, Source } from "../../../api/schema";

export type LdapSource = Extract<Source, { kind: "ldap" }>;

/** What is written down of a directory of this kind: its steps meet no other. */
export type LdapDraft = DirectoryDraft & { source: LdapSource };

export function isLdap(draft: DirectoryDraft): draft is LdapDraft {
  return draft.source.kind === "ldap";
}
