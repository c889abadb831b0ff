// Operators have a host of their own: the console is there, and at the access host it is not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { barriers } from "./barriers.js";
import { openHouse } from "./house.js";
import { arrive, openBrowser, PASSWORD } from "./people.js";

let house, browser, owner, page;

before(async () => {
  house = await openHouse({ isApart: true });
  browser = await openBrowser();
  owner = await arrive(browser, house, { viewport: { width: 1440, height: 900 } });
  page = owner.page;
});

after(async () => {
  await browser?.close();
  await house?.close();
});

test("the first owner comes in and administers at the host for it", async () => {
  await owner.open("admin", "/set-up");
  const secrets = { password: PASSWORD, repeated: PASSWORD };
  await owner.send({ code: house.setUpCode, username: "zhang.wei", display_name: "张伟", ...secrets });
  await owner.open("admin", "/");
  await page.waitForURL(house.url("admin", "/console/"));
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
  assert.deepEqual([...owner.complaints, ...(await barriers(page))], []);
  await owner.open("admin", "/console/groups");
  await page.getByRole("button", { name: /New group$/ }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("Platform");
  await page.locator(".ant-drawer button[type=submit], .ant-drawer .ant-btn-primary").last().click();
  await page.getByText("Platform").first().waitFor();
  assert.deepEqual(owner.complaints, []);
});

test("at the access host people sign in and find no console", async () => {
  const answer = await owner.open("access", "/console/");
  assert.equal(answer.status(), 404);
  await owner.signIn("zhang.wei");
  await owner.open("access");
  assert.ok(owner.isAt("access", "/"), page.url());
  assert.equal(await page.getByRole("link", { name: "Console" }).count(), 0);
  assert.deepEqual([...owner.complaints, ...(await barriers(page))], []);
});
