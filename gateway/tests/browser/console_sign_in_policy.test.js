// The sign-in policy in the console: what it means for somebody is seen before it is saved, and holds after.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { barriers } from "./barriers.js";
import { openHouse } from "./house.js";
import { arrive, openBrowser } from "./people.js";

const DESK = { viewport: { width: 1440, height: 900 } };

let house, browser, owner, page, member;

before(async () => {
  house = await openHouse();
  browser = await openBrowser();
  owner = await arrive(browser, house, DESK);
  page = owner.page;
  await owner.setUp("zhang.wei", "张伟");
  member = await arrive(browser, house);
  await member.join("li.na", "李娜");
  await house.command("groups", "add", "On call");
  await house.command("groups", "add-member", "On call", "li.na");
});

after(async () => {
  await browser?.close();
  await house?.close();
});

async function save() {
  await page.getByRole("button", { name: /Save$/ }).click();
  await page.getByText("Saved; it takes effect").waitFor();
}

test("what a policy means for one person is seen while it is written", async () => {
  await owner.open("access", "/console/sign-in-policy");
  await page.getByRole("combobox", { name: "Choose a person" }).fill("li.na");
  await page.getByTitle("李娜 (li.na)").click();
  await page.getByText("1. The password is enough").waitFor();
  await page.getByRole("radio", { name: /^Required/ }).check();
  await page.getByText("1. Set up two-step verification", { exact: true }).waitFor();
  await page.getByLabel("Grace (days)").fill("7");
  await page.getByText("1. Set up two-step verification (or later)").waitFor();
  assert.deepEqual([...owner.complaints, ...(await barriers(page))], []);
});

test("what is wrong is told at its field, and nothing is saved", async () => {
  await page.getByLabel("Good for (days)").fill("10");
  await page.getByRole("button", { name: /Save$/ }).click();
  await page.getByText(/14 is out of bounds/).first().waitFor();
  await page.getByLabel("Told before (days)").fill("3");
});

test("an exception for a group has rules of its own, and both hold at once", async () => {
  await page.getByRole("radio", { name: /^Optional/ }).check();
  await page.getByRole("button", { name: "Add an exception" }).click();
  const card = page.locator(".ant-card-small").last();
  await card.getByLabel("Name", { exact: true }).fill("Production");
  await card.getByRole("combobox", { name: "Choose groups" }).fill("On call");
  await page.getByTitle("On call").click();
  await page.keyboard.press("Escape");
  await card.getByRole("switch", { name: "Other two-step verification" }).click();
  await card.getByRole("radio", { name: /^Required/ }).check();
  await card.getByLabel("Grace (days)").fill("0");
  await page.getByText("1. Set up two-step verification", { exact: true }).waitFor();
  assert.deepEqual([...owner.complaints.filter((one) => !one.includes("422")), ...(await barriers(page))], []);
  await save();

  const again = await arrive(browser, house);
  await again.signIn("li.na");
  assert.ok(again.isAt("access", "/sign-in/set-up-two-step"), again.page.url());
  assert.deepEqual(await barriers(again.page), []);
  await again.enrol();
  await again.page.locator("a.button.main").click();
  await again.open("access");
  assert.match(await again.heading(), /Hello/);
  await again.leave();
});

test("what is saved is there when the page is opened again", async () => {
  await owner.open("access", "/console/sign-in-policy");
  const card = page.locator(".ant-card-small").last();
  assert.equal(await card.getByLabel("Name", { exact: true }).inputValue(), "Production");
  assert.ok(await card.getByRole("radio", { name: /^Required/ }).isChecked());
  assert.equal(await page.getByLabel("Good for (days)").inputValue(), "10");
});
