// A certified OpenID provider. Each line on the standard input says in JSON how it is to be from now on, under
// the same address: its clients, and the name of the key by which it signs; or who
// is there no more. Whoever comes is signed in as
// the account that the header x-account names. What it tells of sessions that are over is written out, not sent.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import Provider from "oidc-provider";

const made = new Map();

function keys(name) {
  if (!made.has(name)) {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const ed = generateKeyPairSync("ed25519");
    const jwk = (pair, kid) => ({ ...pair.privateKey.export({ format: "jwk" }), kid, use: "sig" });
    made.set(name, [jwk(rsa, `${name}-rsa`), jwk(ec, `${name}-ec`), jwk(ed, `${name}-ed`)]);
  }
  return made.get(name);
}

let gone = [];

function account(_, id) {
  if (gone.includes(id)) return undefined;
  return {
    accountId: id,
    claims: async () => ({
      sub: id,
      name: `Name of ${id}`,
      preferred_username: id,
      email: `${id}@example.com`,
      email_verified: !id.startsWith("unverified"),
    }),
  };
}

async function grant(ctx) {
  const { client, session, provider } = ctx.oidc;
  const made = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  made.addOIDCScope("openid profile email");
  await made.save();
  return made;
}

function provider(issuer, { clients, key }) {
  const made = new Provider(issuer, {
    clients,
    jwks: { keys: keys(key) },
    cookies: { keys: ["a key of tests"] },
    claims: { profile: ["name", "preferred_username"], email: ["email", "email_verified"] },
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "PS256", "ES256", "EdDSA"] },
    features: {
      backchannelLogout: { enabled: true },
      devInteractions: { enabled: false },
    },
    fetch: async (_, { body }) => {
      console.log(`TOLD ${body.get("logout_token")}`);
      return new Response();
    },
    findAccount: account,
    issueRefreshToken: async (_, client) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: true,
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: grant,
    pkce: { required: () => true },
  });
  const answer = made.callback();
  return async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return answer(request, response);
    const accountId = request.headers["x-account"];
    const result = accountId ? { login: { accountId } } : { error: "access_denied" };
    await made.interactionFinished(request, response, result);
  };
}

let answer;
const server = createServer((request, response) => answer(request, response));
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  console.log(`AT ${issuer}`);
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    const asked = JSON.parse(line);
    gone = asked.gone ?? [];
    if (asked.clients) answer = provider(issuer, asked);
    console.log("READY");
  });
  lines.on("close", () => process.exit());
});
