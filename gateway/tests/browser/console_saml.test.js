// An identity provider of SAML is connected in the console, and people come in and go out by it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { barriers } from "./barriers.js";
import { openHouse } from "./house.js";
import { openIdentityProvider } from "./identity_provider.js";
import { arrive, openBrowser } from "./people.js";

let house, browser, idp, owner, page;

before(async () => {
  house = await openHouse();
  idp = await openIdentityProvider();
  browser = await openBrowser();
  const permissions = ["clipboard-read", "clipboard-write"];
  owner = await arrive(browser, house, { viewport: { width: 1440, height: 900 }, permissions });
  page = owner.page;
  await owner.setUp("zhang.wei", "张伟");
});

after(async () => {
  await browser?.close();
  await idp?.close();
  await house?.close();
});

const button = (name) => page.getByRole("button", { name: new RegExp(`(^|\\s)${name}$`) });
const field = (name) => page.locator("section:visible").getByLabel(name, { exact: true });

async function nothingInTheWay(where) {
  assert.deepEqual([...owner.complaints, ...(await barriers(page))], [], where);
}

test("what is entered there is shown first, and what is wrong with the provider is told", async () => {
  await owner.open("access", "/console/directories/new");
  await page.getByRole("button", { name: "Connect OpenID Connect" }).waitFor();
  await page.getByRole("button", { name: "Connect CAS" }).waitFor();
  await nothingInTheWay("the kinds");
  await page.getByRole("button", { name: "Connect SAML 2.0" }).click();
  await page.getByRole("button", { name: "Copy ACS URL (HTTP-POST)" }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^https:\/\/access\.gate\.localhost:\d+\/sign-in\/directories\/[0-9a-f-]{36}\/acs$/);
  await field("Name").fill("Staff");
  await field("Address of their metadata").fill(idp.metadata.replace("/metadata", "/other"));
  await button("Test the connection").click();
  await page.getByText("the metadata was answered with 500").waitFor();
  await nothingInTheWay("a provider that cannot be used");
  await field("Address of their metadata").fill(idp.metadata);
  await button("Test the connection").click();
  await page.getByText("It answers").waitFor();
  await nothingInTheWay("a provider that can be used");
  await button("Save and go on").click();
  await field("Key").waitFor();
  assert.ok(copied.includes(new URL(page.url()).pathname.split("/").at(-1)), "the address stays what it was");
  const sp = await page.evaluate(
    async (address) => (await fetch(address)).text(),
    copied.replace(/acs$/, "metadata"),
  );
  await idp.now({ sp });
});

test("once it is on, the sign-in page has a link to it, and whoever signs in there is signed in here", async () => {
  await nothingInTheWay("what it says of people");
  await button("Save and go on").click();
  await field("Whoever is nobody here yet becomes a member").click();
  await button("Save and go on").click();
  await page.getByText("the sign-in page has a link to it").waitFor();
  await nothingInTheWay("the end");
  await button("Switch it on").click();
  await page.getByRole("row", { name: /Staff/ }).getByText("On", { exact: true }).waitFor();
  const wang = await arrive(browser, house);
  await wang.open("access", "/sign-in?to=/account");
  await wang.page.getByRole("link", { name: "Sign in with Staff" }).click();
  await wang.page.waitForURL(house.url("access", "/account"));
  assert.deepEqual(wang.complaints, []);
  await wang.page.getByText("王 <小明> & Co.").first().waitFor();
  await wang.open("access", "/sign-out");
  await wang.page.locator("main form button.main").first().click();
  await wang.page.waitForURL(/\/sign-in\?after=signed-out/);
  assert.deepEqual(wang.complaints, []);
  const { told } = await idp.now({});
  assert.deepEqual([told[0].name, told[0].signed], ["wang", true]);
  await wang.leave();
});

test("a request by a form is led on by a page of ours, with and without scripts", async () => {
  await owner.open("access", "/console/directories");
  await page.getByRole("link", { name: "Staff" }).click();
  await page.getByRole("radio", { name: "By form (HTTP-POST)" }).check();
  await button("Save").click();
  await page.getByText("Saved").first().waitFor();
  for (const javaScriptEnabled of [true, false]) {
    const wang = await arrive(browser, house, { javaScriptEnabled });
    await wang.open("access", "/sign-in?to=/account");
    await wang.page.getByRole("link", { name: "Sign in with Staff" }).click();
    if (javaScriptEnabled) await wang.page.waitForURL(house.url("access", "/account"));
    else await wang.page.getByRole("button", { name: "If nothing happens, continue here" }).waitFor();
    assert.deepEqual(wang.complaints, []);
    await wang.leave();
  }
});
