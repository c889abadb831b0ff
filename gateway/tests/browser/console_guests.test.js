// Guests in the console: invited one by one and many at once, suspended and resumed, and marked in the log of
// sign-ins.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { barriers } from "./barriers.js";
import { openHouse } from "./house.js";
import { arrive, openBrowser, PASSWORD } from "./people.js";

const DESK = { viewport: { width: 1440, height: 900 } };

let house, browser, owner, page;

before(async () => {
  house = await openHouse();
  browser = await openBrowser();
  owner = await arrive(browser, house, DESK);
  page = owner.page;
  await owner.setUp("zhang.wei", "张伟");
});

after(async () => {
  await browser?.close();
  await house?.close();
});

const button = (name, within = page) => within.getByRole("button", { name: new RegExp(`(^|\\s)${name}$`) });
const drawer = (on = page) => on.locator(".ant-drawer-section").last();
const row = (name) => page.getByRole("row", { name: new RegExp(name) });

async function nothingInTheWay(where) {
  const complaints = owner.complaints.filter((one) => !/4\d\d/.test(one));
  assert.deepEqual([...complaints, ...(await barriers(page))], [], where);
}

/** Does one of the things that can be done about a guest. */
async function choose(name, deed) {
  await page.getByRole("button", { name: `More for ${name}` }).click();
  await page.getByRole("menuitem", { name: deed, exact: true }).click();
}

test("a group for guests is made, and a guest is invited into it with a code to set a password", async () => {
  await owner.open("access", "/console/groups");
  await button("New group").first().click();
  await drawer().getByRole("textbox", { name: "Name" }).fill("Auditors");
  await drawer().getByRole("checkbox", { name: "A group for guests" }).check();
  await button("Save").click();
  await page.getByRole("heading", { name: "Auditors" }).waitFor();

  await owner.open("access", "/console/guests");
  await page.getByText("0 of 10 places taken").waitFor();
  await nothingInTheWay("no guests yet");
  await button("Invite a guest").first().click();
  await drawer().getByRole("textbox").first().fill("Gil Guest");
  await drawer().getByRole("textbox", { name: "Username" }).fill("gil");
  await drawer().getByRole("combobox", { name: "Guest group" }).click();
  await page.locator(".ant-select-item-option", { hasText: "Auditors" }).click();
  await nothingInTheWay("the form of a guest");
  await button("Save").click();
  const code = page.locator("dialog, .ant-modal").getByText(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/).first();
  await code.waitFor();
  const text = await code.innerText();
  await page.keyboard.press("Escape");
  await owner.open("access", "/console/guests");
  await row("Gil Guest").getByText("Auditors").waitFor();
  await row("Gil Guest").getByText("张伟").first().waitFor();
  await page.getByText("1 of 10 places taken").waitFor();

  const gil = await arrive(browser, house);
  await gil.open("access", "/welcome");
  await gil.send({ code: text });
  await gil.send({ password: PASSWORD, repeated: PASSWORD });
  await gil.open("access");
  assert.match(await gil.heading(), /Hello/);
  await gil.leave();
});

test("many guests are invited at once, or none, with what is wrong told by line", async () => {
  await owner.open("access", "/console/guests");
  await button("Invite several").click();
  const lines = drawer().getByRole("textbox", { name: /one a line/ });
  await lines.fill("li.na, 李娜, li.na@partner.example\ngil, Another Gil\nwang wei, 王伟");
  await button("Invite several", drawer()).click();
  await drawer().getByText(/Line 2, Username/).waitFor();
  await drawer().getByText(/Line 3, Username/).waitFor();
  await nothingInTheWay("what is wrong with many");
  await drawer().getByRole("checkbox", { name: /send each a code/ }).uncheck();
  await lines.fill("li.na, 李娜, li.na@partner.example\nwang.wei, 王伟");
  await button("Invite several", drawer()).click();
  await row("王伟").waitFor();
  await page.getByText("3 of 10 places taken").waitFor();
  await nothingInTheWay("a list of guests");
});

test("a guest who is suspended is signed out and stays so until resumed", async () => {
  const gil = await arrive(browser, house);
  await gil.signIn("gil");
  await choose("Gil Guest", "Suspend");
  await page.locator(".ant-modal").getByRole("button", { name: "Suspend" }).click();
  await row("Gil Guest").getByText("Suspended").waitFor();
  await gil.open("access");
  assert.ok(gil.isAt("access", "/sign-in"), gil.page.url());
  await choose("Gil Guest", "Resume");
  await row("Gil Guest").getByText("Active").waitFor();
  await gil.signIn("gil");
  await gil.open("access");
  assert.match(await gil.heading(), /Hello/);
  await gil.leave();
});

test("guests are marked in the log of sign-ins", async () => {
  await owner.open("access", "/console/logs/sign-ins");
  await page.getByRole("row", { name: /gil Guest/ }).first().waitFor();
});

test("the number of places is a setting, and is kept", async () => {
  await owner.open("access", "/console/guests");
  await button("Settings").click();
  await drawer().getByLabel("Guests for each 100 members").fill("3");
  await nothingInTheWay("the settings of guests");
  await button("Save", drawer()).click();
  await page.getByText("3 of 3 places taken").waitFor();
  await button("Invite a guest").first().click();
  await drawer().getByRole("textbox").first().fill("One too many");
  await drawer().getByRole("textbox", { name: "Username" }).fill("many");
  await button("Save", drawer()).click();
  await drawer().getByText(/3 of 3 places for guests are taken/).waitFor();
});
