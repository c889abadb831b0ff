/** What the policy of the page asks of each style element; given by the server, new for each page. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;

const create = document.createElement.bind(document);

// Some widgets measure by style elements of their own, and leave the nonce off.
document.createElement = ((name: string, options?: ElementCreationOptions) => {
  const element = create(name, options);
  if (nonce && element instanceof HTMLStyleElement) element.nonce = nonce;
  return element;
}) as typeof document.createElement;
