import { tidiedMappings } from "../ldap/mappings";
import type { AdDraft } from "./draft";

/** What is typed, as it is sent: without space around it. */
export function tidiedAd({ source, ...draft }: AdDraft): AdDraft {
  return {
    ...draft,
    source: {
      ...source,
      servers: source.servers.map((server) => server.trim()),
      base: source.base.trim(),
      account: source.account.trim(),
      domain: source.domain?.trim(),
      ca: source.ca?.trim(),
      people: source.people && { ...source.people, mappings: tidiedMappings(source.people.mappings) },
    },
  };
}
