import type { Source } from "../../api/schema";
import { AD } from "./ad/ad";
import { LDAP } from "./ldap/ldap";
import { SCIM } from "./scim/scim";
import type { KindSetUp } from "./steps";

/** The kinds of directories that can be connected. Another one is another file like `ldap/ldap.ts`, named here. */
export const KINDS: readonly KindSetUp[] = [LDAP, AD, SCIM];

export function kindOf(kind: Source["kind"] | string | null): KindSetUp | undefined {
  return KINDS.find((one) => one.kind === kind);
}
