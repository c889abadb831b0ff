// A provider that pushes by SCIM: over the network, through the gate, without a session.
import { request } from "node:https";

/** Sends one request; answers its status and body. `token` may be left out. */
export function push(url, { method = "GET", token, body } = {}) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(text !== undefined && { "content-type": "application/scim+json", "content-length": Buffer.byteLength(text) }),
  };
  return new Promise((done, failed) => {
    // The certificate is of the house's own authority.
    const options = { method, headers, rejectUnauthorized: false, lookup: atHome };
    const sent = request(url, options, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => {
        const said = Buffer.concat(parts).toString();
        const isScim = answer.headers["content-type"]?.startsWith("application/scim+json");
        done({ status: answer.statusCode, body: isScim ? JSON.parse(said) : said });
      });
    });
    sent.on("error", failed);
    sent.end(text);
  });
}

/** Names below localhost are this machine. */
function atHome(_, { all }, found) {
  if (all) found(null, [{ address: "127.0.0.1", family: 4 }]);
  else found(null, "127.0.0.1", 4);
}

/** Somebody, as Okta writes them. */
export function user(name, displayName, more = {}) {
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: `${name}@example.com`,
    externalId: `okta-${name}`,
    displayName,
    emails: [{ value: `${name}@example.com`, type: "work", primary: true }],
    active: true,
    ...more,
  };
}
