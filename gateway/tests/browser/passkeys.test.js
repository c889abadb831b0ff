// Passkeys with the browser's own virtual authenticator: what a person does with a fingerprint.
import assert from "node:assert/strict";
import { X509Certificate, createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { openHouse } from "./house.js";
import { arrive, openBrowser, PASSWORD } from "./people.js";

let house;
let browser;
let person;
let authenticator;

/** Browsers offer passkeys only where they have nothing to say against the certificate. */
async function trusting(folder) {
  const certificate = new X509Certificate(await readFile(join(folder, "tls", "hosts.pem")));
  const key = certificate.publicKey.export({ type: "spki", format: "der" });
  const hash = createHash("sha256").update(key).digest("base64");
  return `--ignore-certificate-errors-spki-list=${hash}`;
}

/** Gives the page a device that knows its owner's finger. */
async function withAuthenticator(page) {
  const devices = await page.context().newCDPSession(page);
  await devices.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await devices.send("WebAuthn.addVirtualAuthenticator", { options });
  return {
    keys: async () => (await devices.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
    forgetsItsOwner: () => devices.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false }),
    knowsItsOwner: () => devices.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true }),
  };
}

async function policy(text) {
  await house.command("apply", "--files", await house.write("policy.yaml", `kind: sign_in_policy\n${text}`));
}

async function signOut() {
  await person.open("access", "/sign-out");
  await person.page.locator("main form button").first().click();
  await person.page.waitForURL(/\/sign-in/);
}

const press = (name) => person.page.getByRole("button", { name }).click();
const row = (name) => person.page.locator("section.panel .row", { hasText: name });

before(async () => {
  house = await openHouse();
  browser = await openBrowser(await trusting(house.folder));
  const owner = await arrive(browser, house);
  await owner.setUp("zhang.wei", "张伟");
  await owner.leave();
  person = await arrive(browser, house);
  authenticator = await withAuthenticator(person.page);
  await person.join("li.na", "李娜");
});

after(async () => {
  await browser?.close();
  await house?.close();
});

test("a passkey is added on the account page, and recovery codes come with it", async () => {
  await person.open("access", "/account");
  await row("Passkeys").getByRole("link", { name: "Add" }).click();
  await person.page.locator("#name").fill("Work laptop");
  await press("Add a passkey");
  await person.page.locator(".codes").waitFor();
  assert.equal(await person.page.locator(".codes code").count(), 10);
  await person.page.locator("a.button.main").click();
  assert.match(await row("Work laptop").innerText(), /not used yet/);
  const [key] = await authenticator.keys();
  assert.equal(key.rpId, "access.gate.localhost");
  assert.ok(key.isResidentCredential);
});

test("the same device is told that it has one already", async () => {
  await person.open("access", "/account/passkeys");
  await press("Add a passkey");
  await person.page.getByRole("alert").filter({ hasText: "added already" }).waitFor();
});

test("from then on the password is not enough, and the passkey is asked for", async () => {
  await signOut();
  await person.signIn("li.na", PASSWORD);
  assert.equal(await person.heading(), "Two-step verification");
  await authenticator.forgetsItsOwner();
  await press("Use a passkey");
  await person.page.getByRole("alert").filter({ hasText: "No passkey was used" }).waitFor();
  await authenticator.knowsItsOwner();
  await press("Use a passkey");
  await person.page.waitForURL(house.url("access"));
  assert.equal(await person.heading(), "Hello, 李娜");
});

test("where the policy says so, the passkey alone signs in, in both languages", async () => {
  await policy("two_step:\n  demand: required\n  methods: [passkey]\n  passkey_alone: true\n");
  await signOut();
  await press("Sign in with a passkey");
  await person.page.waitForURL(house.url("access"));
  assert.equal(await person.heading(), "Hello, 李娜");
  const reader = await arrive(browser, house, { locale: "zh-CN" });
  await reader.open("access", "/sign-in");
  assert.ok(await reader.page.getByRole("button", { name: "使用通行密钥登录" }).isVisible());
  await reader.leave();
});

test("whoever has none sets one up on the way in", async () => {
  const newcomer = await arrive(browser, house);
  await withAuthenticator(newcomer.page);
  await house.command("members", "add", "wang.fang", "--name", "王芳");
  const { code } = JSON.parse(await house.command("members", "link", "wang.fang", "--json"));
  await newcomer.open("access", "/welcome");
  await newcomer.send({ code });
  assert.equal(await newcomer.heading(), "Turn on two-step verification");
  assert.equal(await newcomer.page.locator("#code").count(), 0, "no other way counts");
  await newcomer.page.getByRole("button", { name: "Add a passkey" }).click();
  await newcomer.page.locator(".codes").waitFor();
  await newcomer.page.locator("a.button.main").click();
  await newcomer.send({ password: PASSWORD, repeated: PASSWORD });
  assert.equal(await newcomer.heading(), "Hello, 王芳");
  assert.deepEqual(newcomer.complaints, []);
  await newcomer.leave();
});

test("the last one that the policy requires stays; once it asks for none, it is named anew and removed", async () => {
  await person.open("access", "/account");
  await row("Work laptop").getByRole("button", { name: /^Remove/ }).click();
  await person.page.getByRole("alert").filter({ hasText: "cannot be removed" }).waitFor();
  await policy("two_step:\n  demand: optional\n");
  await row("Work laptop").locator("summary").click();
  await row("Work laptop").locator("input[name=name]").fill("Old laptop");
  await row("Work laptop").getByRole("button", { name: "Save" }).click();
  await row("Old laptop").getByRole("button", { name: /^Remove/ }).click();
  await person.page.getByRole("status").waitFor();
  assert.equal(await row("Old laptop").count(), 0);
  await signOut();
  await person.signIn("li.na", PASSWORD);
  assert.equal(await person.heading(), "Hello, 李娜");
});

test("without scripts another way is there, and no button that does nothing", async () => {
  await policy("two_step:\n  demand: optional\n  passkey_alone: true\n");
  const quiet = await arrive(browser, house, { javaScriptEnabled: false });
  await quiet.open("access", "/sign-in");
  assert.equal(await quiet.page.getByRole("button", { name: "Sign in with a passkey" }).count(), 0);
  await quiet.signIn("li.na", PASSWORD);
  assert.equal(await quiet.heading(), "Hello, 李娜");
  await quiet.leave();
});

test("none of these pages broke its own content security policy", () => {
  assert.deepEqual(person.complaints, []);
});
