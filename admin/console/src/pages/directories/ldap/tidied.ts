import type { DirectoryDraft } from "../../../api/schema";

/** What is typed, as it is sent: without space around it, and with no secret where none was typed. */
export function tidied({ secret, source, ...draft }: DirectoryDraft): DirectoryDraft {
  return {
    ...draft,
    source: {
      ...source,
      servers: source.servers.map((server) => server.trim()),
      base: source.base.trim(),
      bind_dn: source.bind_dn?.trim(),
      ca: source.ca?.trim(),
    },
    secret: secret || undefined,
  };
}
