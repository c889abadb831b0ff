import type { Source } from "../../api/schema";
import { CAS } from "./cas/cas";
import { LDAP } from "./ldap/ldap";
import { OIDC } from "./oidc/oidc";
import { SAML } from "./saml/saml";
import type { KindSetUp } from "./steps";

/** The kinds of directories that can be connected. Another one is another file like `ldap/ldap.ts`, named here. */
export const KINDS: readonly KindSetUp[] = [LDAP, OIDC, SAML, CAS];

export function kindOf(kind: Source["kind"] | string | null): KindSetUp | undefined {
  return KINDS.find((one) => one.kind === kind);
}
