// A certificate is uploaded in the console, served beside those of files, and removed.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { barriers } from "./barriers.js";
import { openHouse } from "./house.js";
import { arrive, openBrowser } from "./people.js";

let house, browser, owner, page, chain, key;

before(async () => {
  house = await openHouse();
  browser = await openBrowser();
  owner = await arrive(browser, house, { viewport: { width: 1440, height: 900 } });
  page = owner.page;
  await owner.setUp("zhang.wei", "张伟");
  [chain, key] = await Promise.all(
    ["hosts.pem", "hosts.key"].map((name) => readFile(join(house.folder, "tls", name), "utf8")),
  );
});

after(async () => {
  await browser?.close();
  await house?.close();
});

const button = (name, within = page) => within.getByRole("button", { name: new RegExp(`(^|\\s)${name}$`) });
const drawer = () => page.locator(".ant-drawer-section").last();

async function nothingInTheWay(where) {
  assert.deepEqual([...owner.complaints, ...(await barriers(page))], [], where);
}

test("what cannot be used is told at its field, and what can is served by the node", async () => {
  await owner.open("access", "/console/settings");
  const file = page.getByRole("row", { name: /hosts\.pem/ });
  await file.getByText("Read only").waitFor();
  await button("Upload a certificate").click();
  await page.getByLabel("Certificate chain").fill(chain);
  await page.getByLabel("Private key").fill(chain);
  await button("Upload a certificate", drawer()).click();
  await page.getByText(/there is no private key in it/).waitFor();
  await nothingInTheWay("what is wrong is told at its field");
  await page.getByLabel("Private key").fill(key);
  await button("Upload a certificate", drawer()).click();
  await page.getByRole("row", { name: /Uploaded/ }).waitFor();
  await file.getByText("Superseded").waitFor();
  await page.getByText("Not served here").waitFor({ state: "detached" });
  await nothingInTheWay("after the upload");
  const told = await page.evaluate(() => fetch("/api/v1/certificates").then((answer) => answer.text()));
  assert.match(told, /fingerprint/);
  assert.doesNotMatch(told, /PRIVATE KEY/);
  assert.ok(!(await page.content()).includes(key.split("\n")[1]), "the key is not in the page");
});

test("files are read again at a click, and the log tells who asked", async () => {
  await owner.open("access", "/console/settings");
  await button("Read the files again").click();
  await page.getByText("This node has read its certificate files again").waitFor();
  await owner.open("access", "/console/logs/audit");
  await page.getByRole("row", { name: /Read the files again/ }).waitFor();
  await page.getByRole("row", { name: /Create.*Certificate/ }).waitFor();
});

test("a certificate is removed after a question, and the file is shown again", async () => {
  await owner.open("access", "/console/settings");
  await button("Remove", page.getByRole("row", { name: /Uploaded/ })).click();
  await page.getByText(/its key is forgotten for good/).waitFor();
  await button("Remove", page.locator(".ant-modal-confirm-btns")).click();
  await page.getByRole("row", { name: /Uploaded/ }).waitFor({ state: "detached" });
  await page.getByText("Superseded").waitFor({ state: "detached" });
  await nothingInTheWay("after the removal");
});
