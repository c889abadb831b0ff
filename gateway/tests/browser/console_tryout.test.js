// An application is tried before it is saved: whether it can be reached, and what it would have refused.
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
  await owner.open("wiki");
});

after(async () => {
  await browser?.close();
  await house?.close();
});

const button = (name, within = page) => within.getByRole("button", { name: new RegExp(`(^|\\s)${name}$`) });

async function nothingInTheWay(where) {
  assert.deepEqual([...owner.complaints, ...(await barriers(page))], [], where);
}

async function openWiki() {
  await owner.open("access", "/console/applications");
  await page.getByRole("link", { name: "Wiki" }).click();
  await page.locator("main h1", { hasText: "Wiki" }).waitFor();
}

test("an upstream is reached, or what stands in the way is said", async () => {
  await openWiki();
  await page.getByText("Upstreams well").first().waitFor();
  await page.getByRole("tab", { name: "Upstream" }).click();
  await button("Test the connection").click();
  await page.getByText(/it answers \d+ over HTTP\/1.1/).waitFor();
  await nothingInTheWay("an upstream that is well");
  const address = page.getByRole("textbox", { name: "Upstreams" });
  await address.fill("127.0.0.1:9");
  await button("Test the connection").click();
  await page.getByText(/the connection is refused: does the service run/).waitFor();
  await address.fill("169.254.169.254:80");
  await button("Test the connection").click();
  await page.getByText(/no application can be at this address/).waitFor();
  await nothingInTheWay("an address that is refused");
});

test("what a change would have refused of the last days is shown before it is saved", async () => {
  await openWiki();
  await button("Try on the last 7 days").click();
  await page.getByText("Nothing would change").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("tab", { name: "Who may enter" }).click();
  await page.locator("section:visible .ant-tag").filter({ hasText: /All members/ }).first().locator(".ant-tag-close-icon").click();
  await page.locator("section:visible").getByRole("button", { name: /Add$/ }).first().click();
  await page.getByRole("combobox", { name: "Kind" }).click();
  await page.locator(".ant-select-item-option", { hasText: "All guests" }).click();
  await button("Try on the last 7 days").click();
  await page.getByText("Would be refused").waitFor();
  await page.locator(".ant-drawer-section").getByText("GET /").first().waitFor();
  await nothingInTheWay("what would be refused");
});
