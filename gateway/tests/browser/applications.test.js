// Applications behind the gate, as the people who use them meet them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openHouse } from "./house.js";
import { arrive, openBrowser } from "./people.js";
import { OVERLAY, contrast } from "./watermark.js";

const EMPTY_MARGIN = { x: 1185, y: 100, width: 95, height: 600 };

let house;
let browser;
let owner;
let member;

before(async () => {
  house = await openHouse();
  browser = await openBrowser();
  owner = await arrive(browser, house);
  await owner.setUp("zhang.wei", "张伟");
  await house.publishDemos();
  await house.setWatermark("enabled = true\n");
  member = await arrive(browser, house);
  await member.join("li.na", "李娜", "--mobile", "+8613800138000");
});

after(async () => {
  await browser?.close();
  await house?.close();
});

test("the portal shows the applications that a member may open", async () => {
  await member.open("access");
  assert.deepEqual(await member.page.locator(".tile strong").allInnerTexts(), ["Echo", "Wiki"]);
});

test("one sign-in opens two applications on hosts of their own", async () => {
  await member.page.locator(".tile", { hasText: "Wiki" }).click();
  await member.page.waitForURL(house.url("wiki", "/pages/welcome"));
  assert.equal(await member.heading(), "Welcome to Greenhill");
  await member.open("echo", "/deep/page?with=query");
  assert.equal(member.page.url(), house.url("echo", "/deep/page?with=query"));
});

test("an application is told who is calling, and nothing of the session", async () => {
  await member.open("echo", "/json");
  const { claims, headers } = JSON.parse(await member.page.locator("pre").innerText());
  assert.equal(claims.name, "李娜");
  assert.equal(claims.preferred_username, "li.na");
  const cookies = headers.filter(([name]) => name === "cookie").map(([, value]) => value);
  assert.doesNotMatch(cookies.join(), /gatehouse/i);
});

test("somebody who is not signed in lands on the page they wanted, after signing in", async () => {
  const late = await arrive(browser, house);
  await late.open("wiki", "/pages/canteen");
  assert.ok(late.isAt("access", "/sign-in"));
  await late.signIn("li.na");
  await late.page.waitForURL(house.url("wiki", "/pages/canteen"));
  await late.leave();
});

/** How far the colours of an empty margin are apart, with the gate in front and without. */
async function contrastOfMargin(person) {
  const seen = {};
  for (const [name, address] of [["marked", house.url("wiki", "/strict")], ["plain", `http://${house.wikiAddress}/strict`]]) {
    await person.page.goto(address);
    seen[name] = await contrast(browser, await person.page.screenshot({ clip: EMPTY_MARGIN }));
  }
  return seen;
}

test("the watermark shows on light and on dark pages", async () => {
  for (const colorScheme of ["light", "dark"]) {
    await member.page.emulateMedia({ colorScheme });
    const { marked, plain } = await contrastOfMargin(member);
    assert.equal(plain, 0);
    assert.ok(marked >= 20, `${colorScheme}: ${marked} of 255`);
  }
  await member.page.emulateMedia({ colorScheme: null });
});

test("the watermark is one element, and nothing of what brought it stays", async () => {
  await member.open("wiki", "/strict");
  assert.equal(await member.page.locator(OVERLAY).count(), 1);
  assert.equal(await member.page.locator("noscript[data-gatehouse], script[data-text]").count(), 0);
});

test("a browser without scripts shows the watermark too, under a strict policy", async () => {
  const person = await arrive(browser, house, { javaScriptEnabled: false });
  await person.signIn("li.na");
  const { marked, plain } = await contrastOfMargin(person);
  assert.equal(plain, 0);
  assert.ok(marked >= 20, `${marked} of 255`);
  await person.open("wiki", "/pages/welcome");
  await person.page.getByRole("link", { name: "Meeting rooms" }).click();
  assert.equal(await person.heading(), "Meeting rooms");
  assert.deepEqual(person.complaints, []);
  await person.leave();
});

test("a watermark that is taken away or hidden comes back", async () => {
  await member.open("wiki", "/pages/welcome");
  const overlay = member.page.locator(OVERLAY);
  await overlay.evaluate((element) => element.remove());
  await overlay.waitFor({ state: "attached" });
  await overlay.evaluate((element) => element.style.setProperty("opacity", "0", "important"));
  await member.page.waitForFunction(
    (selector) => getComputedStyle(document.querySelector(selector)).opacity === "1", OVERLAY,
  );
});

test("the watermark lets clicks through to the page", async () => {
  await member.page.getByRole("link", { name: "Meeting rooms" }).click();
  assert.equal(await member.heading(), "Meeting rooms");
});

test("live updates reach whoever watches, as they happen", async () => {
  await member.open("wiki", "/live");
  await member.page.locator("#state", { hasText: "connected" }).waitFor();
  const editor = await member.newTab();
  await editor.goto(house.url("wiki", "/pages/rooms/edit"));
  await editor.locator("textarea").fill("All rooms are free today.");
  await editor.getByRole("button", { name: "Save" }).click();
  await member.page.locator("#news li", { hasText: "李娜 edited Meeting rooms" }).waitFor();
  await editor.close();
});

test("what is sent over the WebSocket comes back", async () => {
  await member.page.locator("#text").fill("hello through the gate");
  await member.page.getByRole("button", { name: "Send" }).click();
  await member.page.locator("#news li", { hasText: "hello through the gate" }).waitFor();
});

test("signing out ends every application, and cuts the open WebSocket", async () => {
  const portal = await member.newTab();
  await portal.goto(house.url("access"));
  await portal.getByRole("button", { name: "Sign out" }).click();
  await member.page.locator("#state", { hasText: "connection lost" }).waitFor();
  for (const host of ["wiki", "echo"]) {
    await member.open(host);
    assert.ok(member.isAt("access", "/sign-in"), host);
  }
});

test("nothing on these pages broke a content security policy", () => {
  assert.deepEqual([...owner.complaints, ...member.complaints], []);
});
