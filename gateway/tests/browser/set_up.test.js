// The first minutes of a new house: its first administrator, and the people that follow.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openHouse } from "./house.js";
import { arrive, openBrowser, PASSWORD } from "./people.js";

let house;
let browser;
let owner;
let late;

before(async () => {
  house = await openHouse();
  browser = await openBrowser();
  owner = await arrive(browser, house);
});

after(async () => {
  await browser?.close();
  await house?.close();
});

test("whoever comes before there is an administrator is led to the set-up page", async () => {
  await owner.open("access");
  assert.ok(owner.isAt("access", "/set-up"));
  assert.equal(await owner.heading(), "Set up Gatehouse");
});

test("a code that was not printed makes no administrator", async () => {
  const printed = house.setUpCode;
  house.setUpCode = "AAAA-AAAA-AAAA-AAAA";
  await owner.setUp("zhang.wei", "张伟");
  house.setUpCode = printed;
  assert.match(await owner.page.getByRole("alert").innerText(), /code is wrong/);
});

test("the printed code makes the first administrator, with an authenticator", async () => {
  late = await arrive(browser, house);
  await late.open("access");
  assert.ok(late.isAt("access", "/set-up"));
  await owner.setUp("zhang.wei", "张伟");
  assert.ok(owner.isAt("access", "/account/authenticator"));
  await owner.enrol();
  assert.equal(owner.recoveryCodes.length, 10);
  await owner.page.locator("a.button.main").click();
  assert.equal(await owner.heading(), "Hello, 张伟");
  assert.match(await house.command("members", "list"), /zhang\.wei/);
});

test("the printed code works once, also in a form that was open before", async () => {
  const secrets = { password: PASSWORD, repeated: PASSWORD };
  await late.send({ code: house.setUpCode, username: "mal.lory", display_name: "Mal Lory", ...secrets });
  assert.doesNotMatch(await house.command("members", "list"), /mal\.lory/);
  await late.open("access", "/set-up");
  assert.ok(late.isAt("access", "/sign-in"));
  await late.leave();
});

test("a portal without applications leads the administrator to where one is published", async () => {
  await owner.open("access");
  await owner.page.locator(".empty a").click();
  await owner.page.getByRole("button", { name: "Publish an application" }).first().waitFor();
});

test("an administrator signs in with password and authenticator code", async () => {
  const again = await arrive(browser, house);
  again.authenticator = owner.authenticator;
  await again.signIn("zhang.wei");
  assert.equal(await again.heading(), "Two-step verification");
  assert.ok(!(await again.context.cookies()).some((cookie) => /session/i.test(cookie.name)));
  await again.send({ code: "000000" });
  assert.match(await again.page.getByRole("alert").innerText(), /code is wrong/);
  await again.proveSecondFactor();
  assert.equal(await again.heading(), "Hello, 张伟");
  await again.leave();
});

test("a recovery code lets in once", async () => {
  const [code] = owner.recoveryCodes;
  for (const worked of [true, false]) {
    const again = await arrive(browser, house);
    await again.signIn("zhang.wei");
    await again.page.getByRole("link", { name: /recovery code/ }).click();
    await again.send({ code });
    assert.equal((await again.heading()) === "Hello, 张伟", worked);
    await again.leave();
  }
});

test("a new member follows a one-time code to a password of their own", async () => {
  const member = await arrive(browser, house);
  await member.join("li.na", "李娜");
  assert.equal(await member.heading(), "Hello, 李娜");
  assert.match(await member.page.locator(".empty").innerText(), /given you access/);
  await member.leave();
});

test("no page of these broke its own content security policy", () => {
  assert.deepEqual(owner.complaints, []);
});
