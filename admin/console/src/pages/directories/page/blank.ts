import type { DirectoryDraft, Source } from "../../../api/schema";

/** A new directory whose people sign in on a page of its own. */
export function blankPage(source: Source): DirectoryDraft {
  return {
    name: "",
    used_for: "sign_in",
    enabled: false,
    source,
    organisation: {
      match_by: "nothing",
      others: "keep",
      trusts_mail: false,
      links_departments: false,
      follows: true,
      below: null,
      every_minutes: null,
      threshold: { people: 20, percent: 5 },
    },
    sign_in: { match_by: "nothing", creates: false, domains: [], trusts_mail: false, trusts_second_factor: false },
  };
}

/** What is typed in lines, without space around it. */
export function trimmed<T extends object>(settings: T): T {
  const entries = Object.entries(settings).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === "string" ? value.trim() : value,
  ]);
  return Object.fromEntries(entries) as T;
}
