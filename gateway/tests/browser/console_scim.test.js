// A provider that pushes is connected in the console, and pushes through the gate: tried before it counts, made at
// once afterwards, and stopped where too many would be shut out.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { barriers } from "./barriers.js";
import { HOSTS, openHouse } from "./house.js";
import { arrive, openBrowser } from "./people.js";
import { push, user } from "./scim_client.js";

let house, browser, owner, page, base, token;
const ids = {};

before(async () => {
  house = await openHouse();
  browser = await openBrowser();
  owner = await arrive(browser, house, { viewport: { width: 1440, height: 900 } });
  page = owner.page;
  await owner.setUp("zhang.wei", "张伟");
  await house.publishDemos();
});

after(async () => {
  await browser?.close();
  await house?.close();
});

const button = (name, within = page) => within.getByRole("button", { name: new RegExp(`(^|\\s)${name}$`) });
const field = (name) => page.locator("section:visible").getByLabel(name, { exact: true });
// Not while it grows to its place, where a click would miss it.
const question = () => page.locator(".ant-modal-confirm:not(.ant-zoom-appear)");

async function nothingInTheWay(where) {
  assert.deepEqual([...owner.complaints, ...(await barriers(page))], [], where);
}

/** Answers yes to what is asked. */
async function say(deed) {
  await button(deed, question()).click();
  await question().waitFor({ state: "hidden" });
}

const members = () => page.evaluate(async () => (await (await fetch("/api/v1/members?limit=200")).json()).items);
const statusOf = async (username) => (await members()).find((member) => member.username === username)?.status;
const setActive = (name, active) =>
  push(`${base}/Users/${ids[name]}`, {
    method: "PATCH",
    token,
    body: { Operations: [{ op: "replace", value: { active } }] },
  });

test("the address and the token are shown to be copied, the token this once", async () => {
  await owner.open("access", "/console/directories/new?kind=scim");
  await field("Name").fill("Okta");
  await nothingInTheWay("what is taken over");
  await button("Save and go on").click();
  await button("Make a token").click();
  const modal = page.getByRole("dialog");
  token = (await modal.locator(".mono").textContent()).trim();
  assert.match(token, /^gh_scim_/);
  await nothingInTheWay("a token");
  await button("I have kept it").click();
  base = (await page.locator("section:visible .mono").first().textContent()).trim();
  assert.ok(base.startsWith(house.url("access", "/.gatehouse/scim/v2/directories/")), base);
  await page.getByText("No request came yet").waitFor();
  await page.getByText("SCIM connector base URL").waitFor();
  await nothingInTheWay("what to enter at the provider");
});

test("attack_18_scim_takes_nothing_without_its_token_nor_at_the_host_of_an_application", async () => {
  assert.equal((await push(`${base}/Users`)).status, 401);
  assert.equal((await push(`${base}/Users`, { token: `${token}x` })).status, 401);
  assert.equal((await push(`${base}/Users?access_token=${token}`)).status, 400);
  const elsewhere = base.replace(HOSTS.access, HOSTS.wiki);
  assert.equal((await push(`${elsewhere}/Users`, { token })).status, 404);
  const body = user("eve", "Eve");
  assert.equal((await push(`${base}/Users`, { method: "POST", body })).status, 401);
  assert.equal(await statusOf("eve"), undefined);
});

test("what is pushed before it is on is shown by a trial, and made once somebody says so", async () => {
  const people = { "li.na": "李娜", "wang.fang": "王芳", "zhao.min": "赵敏", "sun.li": "孙丽" };
  for (const [name, shown] of Object.entries(people)) {
    const made = await push(`${base}/Users`, { method: "POST", token, body: user(name, shown) });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    ids[name] = made.body.id;
  }
  const group = { displayName: "Engineers", members: [{ value: ids["li.na"] }] };
  assert.equal((await push(`${base}/Groups`, { method: "POST", token, body: group })).status, 201);
  await page.getByText(/^Last request$/).waitFor();
  await nothingInTheWay("a request that came");
  assert.equal(await statusOf("li.na"), undefined);
  await button("Save and go on").click();
  await field("Its mail addresses are trusted").waitFor();
  assert.equal(await page.getByText("Taken over by itself").count(), 0, "it is not asked");
  await button("Save and go on").click();
  await button("Begin the trial").click();
  await page.getByRole("row", { name: /李娜/ }).waitFor();
  await button("Go on").click();
  await say("Go on");
  await page.getByText("The directory was taken over").waitFor();
  assert.equal(await statusOf("li.na"), "active");
});

test("a provider that disables one after the other is stopped, and an administrator lets it go on", async () => {
  const off = await setActive("li.na", false);
  assert.deepEqual([off.status, off.body.active], [200, false]);
  assert.equal(await statusOf("li.na"), "disabled");
  const stopped = await setActive("wang.fang", false);
  assert.equal(stopped.status, 503);
  assert.match(stopped.body.detail, /administrator/);
  assert.equal(await statusOf("wang.fang"), "active");
  await owner.open("access", "/console/directories");
  await page.getByText("A run waits for a decision").click();
  await page.getByText(/could no longer sign in within an hour/).waitFor();
  await page.getByRole("row", { name: /王芳/ }).waitFor();
  await nothingInTheWay("what a provider was refused");
  await button("Go on").click();
  await say("Go on");
  await page.getByText("Done", { exact: true }).first().waitFor();
  for (let tries = 0; tries < 100 && (await statusOf("wang.fang")) !== "disabled"; tries += 1) {
    await page.waitForTimeout(100);
  }
  assert.equal(await statusOf("wang.fang"), "disabled");
  await owner.open("access", "/console/sync-runs");
  await page.getByRole("row", { name: /Pushed/ }).first().waitFor();
  await nothingInTheWay("the records of what was pushed");
});

test("a large group passes the gate whole", async () => {
  // More than any form may be.
  const member = { value: ids["zhao.min"], display: "x".repeat(2000) };
  const group = { displayName: "Everybody", members: Array.from({ length: 800 }, () => member) };
  const made = await push(`${base}/Groups`, { method: "POST", token, body: group });
  assert.equal(made.status, 201, JSON.stringify(made.body).slice(0, 300));
  assert.equal(made.body.members.length, 1);
});
