import type { ComponentType } from "react";

import { texts } from "../../language/texts";
import { AccessSection } from "./AccessSection";
import type { ChosenIcon } from "./ApplicationIcon";
import { BasicsSection } from "./BasicsSection";
import { IdentitySection } from "./IdentitySection";
import { ProtectionSection } from "./ProtectionSection";
import { UpstreamSection } from "./UpstreamSection";

const t = texts({
  basics: ["基本信息", "Basics"],
  upstream: ["上游", "Upstream"],
  access: ["谁可以进入", "Who may enter"],
  protection: ["防护", "Protection"],
  identity: ["身份传递", "Identity"],
});

export type SectionProps = {
  /** Of an application that is there already. */
  id?: string;
  title: string;
  /** Of one that is not: the picture that it is to have. */
  icon?: ChosenIcon;
};

type Section = {
  title: string;
  /** Fields that begin with one of these are here. */
  fields: string[];
  content: ComponentType<SectionProps>;
};

/** The parts of an application, in the order in which one decides them. */
export const SECTIONS: Section[] = [
  { title: t.basics, fields: ["name", "description", "hosts", "path_prefix", "on_portal"], content: BasicsSection },
  { title: t.upstream, fields: ["pool"], content: UpstreamSection },
  { title: t.access, fields: ["access", "path_rules"], content: AccessSection },
  {
    title: t.protection,
    fields: ["ip_lists", "own_ip_lists_only", "limits", "websockets", "watermark"],
    content: ProtectionSection,
  },
  { title: t.identity, fields: ["identity"], content: IdentitySection },
];
