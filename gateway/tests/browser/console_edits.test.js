// What is typed in the console is neither lost nor undoes what others changed meanwhile.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { barriers } from "./barriers.js";
import { foundCompany } from "./company.js";
import { openHouse } from "./house.js";
import { arrive, openBrowser } from "./people.js";

let house, browser, owner, page;

before(async () => {
  house = await openHouse();
  browser = await openBrowser();
  owner = await arrive(browser, house, { viewport: { width: 1440, height: 900 } });
  page = owner.page;
  await owner.setUp("zhang.wei", "张伟");
  await foundCompany(house);
  await page.clock.install();
});

after(async () => {
  await browser?.close();
  await house?.close();
});

const button = (name, within = page) => within.getByRole("button", { name: new RegExp(`(^|\\s)${name}$`) });
const drawer = () => page.locator(".ant-drawer-section").last();
const question = (name) => page.getByRole("dialog", { name });
const gone = (locator) => locator.waitFor({ state: "detached" });

async function nothingInTheWay(where) {
  assert.deepEqual([...owner.complaints, ...(await barriers(page))], [], where);
}

/** Somebody else changes a thing by the API; `part` is what of it. */
async function isChangedMeanwhile(path, part) {
  await page.evaluate(async ([path, part]) => {
    const asked = await fetch(`/api/v1${path}`);
    const { id: _id, version: _version, members: _members, ...kept } = await asked.json();
    const headers = { "content-type": "application/json", "x-gatehouse-csrf": "1", "if-match": asked.headers.get("etag") };
    const done = await fetch(`/api/v1${path}`, { method: "PUT", headers, body: JSON.stringify({ ...kept, ...part }) });
    if (!done.ok) throw new Error(await done.text());
  }, [path, part]);
}

/** The reader comes back to the window after a while, and all that is shown is read again. */
async function comesBack(path) {
  await page.clock.fastForward(15_000);
  const read = page.waitForResponse((answer) => answer.url().endsWith(`/api/v1${path}`) && answer.ok());
  await page.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
  await read;
}

async function read(path) {
  return page.evaluate((path) => fetch(`/api/v1${path}`).then((answer) => answer.json()), path);
}

test("a form in a drawer does not undo what was changed after it was opened", async () => {
  await owner.open("access", "/console/groups");
  await page.getByRole("link", { name: "值班人员" }).click();
  await button("Edit").click();
  await page.getByRole("textbox", { name: "Name" }).fill("On call");
  const path = `/groups/${page.url().split("/").at(-1)}`;
  await isChangedMeanwhile(path, { description: "By a colleague" });
  await comesBack(path);
  await button("Save").click();
  await drawer().getByText("Somebody else has changed this").waitFor();
  const { name, description } = await read(path);
  assert.deepEqual([name, description], ["值班人员", "By a colleague"]);
  await button("Load anew", drawer()).click();
  await gone(drawer());
  await page.getByText("By a colleague").waitFor();
});

test("a form on a page keeps what is typed, undoes nothing, and is loaded anew when asked", async () => {
  await owner.open("access", "/console/brand");
  const contact = page.getByLabel("Whom to ask for help (English)");
  const welcome = page.getByLabel("Welcome on the sign-in page (English)");
  await contact.fill("Typed here");
  await isChangedMeanwhile("/brand", { welcome: { en: "By a colleague" } });
  await comesBack("/brand");
  assert.equal(await contact.inputValue(), "Typed here");
  await button("Save").click();
  await page.getByText("Somebody else has changed this").waitFor();
  await nothingInTheWay("the form that is out of date");
  assert.equal((await read("/brand")).welcome.en, "By a colleague");
  await button("Load anew").click();
  await page.waitForFunction(() => document.body.innerText.includes("Somebody else has changed this") === false);
  assert.equal(await welcome.inputValue(), "By a colleague");
  await contact.fill("Typed again");
  await button("Save").click();
  await page.getByText("Saved; it takes effect").first().waitFor();
  const brand = await read("/brand");
  assert.deepEqual([brand.contact.en, brand.welcome.en], ["Typed again", "By a colleague"]);
});

test("a form on a page that nobody has touched shows what others change", async () => {
  await owner.open("access", "/console/brand");
  const welcome = page.getByLabel("Welcome on the sign-in page (English)");
  await welcome.waitFor();
  await isChangedMeanwhile("/brand", { welcome: { en: "Changed again" } });
  await comesBack("/brand");
  await page.waitForFunction(() => [...document.querySelectorAll("input, textarea")].some(({ value }) => value === "Changed again"));
});

test("a form that was typed in asks before it is closed", async () => {
  await owner.open("access", "/console/groups");
  await button("New group").first().click();
  await page.getByRole("textbox", { name: "Name" }).fill("Half a name");
  await button("Cancel", drawer()).click();
  await nothingInTheWay("the question");
  await button("Go on", question("Discard what you have typed?")).click();
  assert.equal(await page.getByRole("textbox", { name: "Name" }).inputValue(), "Half a name");
  await button("Cancel", drawer()).click();
  await button("Discard", question("Discard what you have typed?")).click();
  await gone(drawer());
  await button("New group").first().click();
  await button("Cancel", drawer()).click();
  await gone(drawer());
});

test("whoever is signed out is told so over what they typed, and goes on after signing in elsewhere", async () => {
  await owner.open("access", "/console/ip-lists");
  await button("New list").first().click();
  await page.getByRole("textbox", { name: "Name" }).fill("Half a list");
  const cookies = await owner.context.cookies();
  await owner.context.clearCookies();
  // The banner asks by itself how it stands.
  await page.clock.fastForward(16_000);
  await button("Sign in in another tab", question("You are signed out")).or(page.getByRole("link", { name: "Sign in in another tab" })).waitFor();
  await nothingInTheWay("the notice");
  assert.equal(await page.getByLabel("Name").inputValue(), "Half a list");
  await owner.context.addCookies(cookies);
  await page.clock.fastForward(16_000);
  await question("You are signed out").waitFor({ state: "hidden" });
  await button("Save", drawer()).click();
  await page.getByRole("heading", { name: "Half a list" }).waitFor();
});
