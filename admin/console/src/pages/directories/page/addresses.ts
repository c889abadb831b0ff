/** Where a directory with a sign-in page of its own finds us: what is entered there. */
export function addressesOf(accessUrl: string, id: string) {
  const below = (what: string) => new URL(`/sign-in/directories/${id}/${what}`, accessUrl).href;
  return {
    /** OpenID Connect's redirect URI; the service of CAS begins with it. */
    callback: below("callback"),
    assertions: below("acs"),
    /** Also our entity ID. */
    metadata: below("metadata"),
    logout: below("logout"),
    /** Where a provider of OpenID Connect tells by itself of sessions that are over. */
    backchannelLogout: below("backchannel-logout"),
    /** Where the browser comes back to after signing out there. */
    signedOut: below("signed-out"),
    /** A link that leads straight there. */
    start: new URL(`/sign-in/directories/${id}`, accessUrl).href,
    /** Where a suite tells of changes. */
    events: new URL(`/events/directories/${id}`, accessUrl).href,
  };
}

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const KEPT = "gatehouse.directory-new.";

/** The id of the next directory of a kind that this browser connects: it stays until that is kept. */
export function nextId(kind: string, store: Store = localStorage): string {
  const kept = store.getItem(KEPT + kind);
  if (kept) return kept;
  const made = crypto.randomUUID();
  store.setItem(KEPT + kind, made);
  return made;
}

/** Another one, in the place of one that cannot be had. */
export function anotherId(kind: string, store: Store = localStorage): string {
  takeId(kind, store);
  return nextId(kind, store);
}

export function takeId(kind: string, store: Store = localStorage): void {
  store.removeItem(KEPT + kind);
}
