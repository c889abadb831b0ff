import { useState } from "react";

type Header = { "Idempotency-Key": string };

/**
 * Sends what makes something, under a name that says to the API which submission it is: the same as
 * before if the same content is sent again because it failed or no answer came, so that nothing is made
 * twice; a new one for other content, and after it was done.
 */
type Once = <T>(content: unknown, send: (header: Header) => Promise<T>) => Promise<T>;

export function makeOnce(): Once {
  let last: { content: string; name: string } | undefined;
  return async (content, send) => {
    const text = JSON.stringify(content);
    if (last?.content !== text) last = { content: text, name: crypto.randomUUID() };
    const made = await send({ "Idempotency-Key": last.name });
    last = undefined;
    return made;
  };
}

/** For a form, as long as it is shown. */
export function useOnce(): Once {
  return useState(makeOnce)[0];
}
