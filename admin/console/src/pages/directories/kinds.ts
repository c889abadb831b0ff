import type { Source } from "../../api/schema";
import { AD } from "./ad/ad";
import { LDAP } from "./ldap/ldap";
import type { KindSetUp } from "./steps";

/** The kinds of directories that can be connected. Another one is another file like `ldap/ldap.ts`, named here. */
export const KINDS: readonly KindSetUp[] = [LDAP, AD];

export function kindOf(kind: Source["kind"] | string | null): KindSetUp | undefined {
  return KINDS.find((one) => one.kind === kind);
}
