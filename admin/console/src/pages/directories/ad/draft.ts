import type { DirectoryDraft, Source } from "../../../api/schema";

export type AdSource = Extract<Source, { kind: "active_directory" }>;

/** What is written down of a directory of this kind: its steps meet no other. */
export type AdDraft = DirectoryDraft & { source: AdSource };

export function isAd(draft: DirectoryDraft): draft is AdDraft {
  return draft.source.kind === "active_directory";
}
