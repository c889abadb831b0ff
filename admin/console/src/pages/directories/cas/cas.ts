import type { DirectoryDraft } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { blankPage, trimmed } from "../page/blank";
import { t as common } from "../page/words";
import type { KindSetUp } from "../steps";
import { AttributesStep } from "./AttributesStep";
import { ServerStep } from "./ServerStep";

const t = texts({
  hint: ["支持 CAS 2.0 或 3.0 的单点登录服务器，例如 Apereo CAS。", "A server of CAS 2.0 or 3.0, such as Apereo CAS."],
  server: ["服务器", "Server"],
});

/** What is typed, as it is sent. */
export function tidied(draft: DirectoryDraft): DirectoryDraft {
  return { ...draft, source: trimmed(draft.source), secret: undefined };
}

export const CAS: KindSetUp = {
  kind: "cas",
  title: "CAS",
  hint: t.hint,
  seesSecondFactor: true,
  hasPage: true,
  blank: () =>
    blankPage({
      kind: "cas",
      url: "",
      login_url: "",
      ca: "",
      version: "3",
      renew: false,
      gateway: false,
      attributes: {
        key: "",
        username: "",
        display_name: ["displayName", "cn"],
        email: "mail",
        mobile: "",
        employee_number: "",
      },
      second_factor: { attribute: "", values: [] },
    }),
  tidy: tidied,
  steps: [
    {
      key: "server",
      title: t.server,
      fields: [
        "name",
        "used_for",
        "secret",
        "source.kind",
        "source.url",
        "source.login_url",
        "source.ca",
        "source.version",
        "source.renew",
        "source.gateway",
      ],
      content: ServerStep,
    },
    {
      key: "person",
      title: common.person,
      fields: ["source.attributes", "source.second_factor"],
      content: AttributesStep,
    },
  ],
};
