import type { DirectoryDraft } from "../../../api/schema";
import { isAd } from "../ad/draft";
import { tidiedAd } from "../ad/tidied";
import { isLdap } from "./draft";
import { tidiedMappings } from "./mappings";

/** What is typed, as it is sent: without space around it, and with no secret where none was typed. */
export function tidied(draft: DirectoryDraft): DirectoryDraft {
  const secret = draft.secret || undefined;
  if (isAd(draft)) return { ...tidiedAd(draft), secret };
  if (!isLdap(draft)) return { ...draft, secret };
  const { source } = draft;
  return {
    ...draft,
    source: {
      ...source,
      servers: source.servers.map((server) => server.trim()),
      base: source.base.trim(),
      bind_dn: source.bind_dn?.trim(),
      ca: source.ca?.trim(),
      people: source.people && { ...source.people, mappings: tidiedMappings(source.people.mappings) },
    },
    secret,
  };
}
