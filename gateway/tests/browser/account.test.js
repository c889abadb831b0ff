// What people do about their own account, and its being obeyed everywhere at once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openHouse } from "./house.js";
import { arrive, openBrowser, PASSWORD } from "./people.js";

const NEW_PASSWORD = "velvet compass meadow 9";

let house;
let browser;
let desk;
let phone;

before(async () => {
  house = await openHouse();
  browser = await openBrowser();
  const owner = await arrive(browser, house);
  await owner.setUp("zhang.wei", "张伟");
  await owner.leave();
  await house.publishDemos();
  desk = await arrive(browser, house);
  await desk.join("li.na", "李娜");
  phone = await arrive(browser, house, { viewport: { width: 390, height: 844 } });
  await phone.signIn("li.na");
});

after(async () => {
  await browser?.close();
  await house?.close();
});

const session = (person, name) => person.page.locator("section.panel .row", { hasText: name });

test("the account page shows both devices, and which of them this is", async () => {
  await desk.open("access", "/account");
  assert.equal(await session(desk, "Signed in just now").count(), 2);
  assert.equal(await session(desk, "This device").count(), 1);
});

test("a device that is signed out from another one loses every application at once", async () => {
  await phone.open("wiki");
  assert.ok(phone.isAt("wiki"));
  const other = session(desk, "Signed in just now").filter({ hasNotText: "This device" });
  await other.getByRole("button", { name: /Sign out/ }).click();
  await desk.page.waitForLoadState();
  assert.equal(await session(desk, "Signed in just now").count(), 1);
  await phone.open("wiki");
  assert.ok(phone.isAt("access", "/sign-in"));
  await phone.open("access", "/account");
  assert.ok(phone.isAt("access", "/sign-in"));
});

test("an authenticator can be turned on from the account page", async () => {
  await desk.open("access", "/account");
  await desk.page.getByRole("link", { name: "Turn on" }).click();
  await desk.enrol();
  await desk.page.locator("a.button.main").click();
  assert.match(await session(desk, "Authenticator").innerText(), /\bOn\b/);
  assert.match(await session(desk, "Recovery codes").innerText(), /10/);
});

test("from then on a password alone does not sign in", async () => {
  await phone.signIn("li.na");
  assert.equal(await phone.heading(), "Two-step verification");
  phone.authenticator = desk.authenticator;
  await phone.proveSecondFactor();
  await phone.open("wiki");
  assert.ok(phone.isAt("wiki"));
});

test("a new password signs out the other devices and not this one", async () => {
  await desk.open("access", "/account/password");
  const chosen = { password: NEW_PASSWORD, repeated: NEW_PASSWORD };
  await desk.send({ old: "not my password", ...chosen });
  assert.match(await desk.page.getByRole("alert").innerText(), /current password is wrong/);
  await desk.send({ old: PASSWORD, ...chosen });
  assert.ok(desk.isAt("access", "/account"));
  await phone.open("wiki");
  assert.ok(phone.isAt("access", "/sign-in"));
  await phone.signIn("li.na", PASSWORD);
  assert.match(await phone.page.getByRole("alert").innerText(), /username or password is wrong/);
});

test("an administrator who disables somebody ends what they have open", async () => {
  await desk.open("wiki", "/live");
  await desk.page.locator("#state", { hasText: "connected" }).waitFor();
  await house.command("members", "disable", "li.na");
  await desk.page.locator("#state", { hasText: "connection lost" }).waitFor();
  await desk.open("wiki");
  assert.ok(desk.isAt("access", "/sign-in"));
});

test("none of these pages broke its own content security policy", () => {
  assert.deepEqual([...desk.complaints, ...phone.complaints], []);
});
