import type { Source } from "../../api/schema";
import { AD } from "./ad/ad";
import { CAS } from "./cas/cas";
import { FEISHU } from "./feishu/feishu";
import { LDAP } from "./ldap/ldap";
import { OIDC } from "./oidc/oidc";
import { SAML } from "./saml/saml";
import { SCIM } from "./scim/scim";
import type { KindSetUp } from "./steps";
import { WECOM } from "./wecom/wecom";

/** The kinds of directories that can be connected. Another one is another file like `ldap/ldap.ts`, named here. */
export const KINDS: readonly KindSetUp[] = [FEISHU, WECOM, LDAP, AD, OIDC, SAML, CAS, SCIM];

export function kindOf(kind: Source["kind"] | string | null): KindSetUp | undefined {
  return KINDS.find((one) => one.kind === kind);
}
