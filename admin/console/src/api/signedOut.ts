import { useSyncExternalStore } from "react";

let isOut = false;
const listeners = new Set<() => void>();

/** Each answer of the API tells whether it still knows who is calling. */
export function noteSignedOut(now: boolean): void {
  if (now === isOut) return;
  isOut = now;
  listeners.forEach((listener) => listener());
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether the sign-in has ended; it may have begun anew in another tab, as the next answer shows. */
export function useIsSignedOut(): boolean {
  return useSyncExternalStore(listen, () => isOut);
}
