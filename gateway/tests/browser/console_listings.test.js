// Applications and address lists of which there are more than go on a page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { barriers } from "./barriers.js";
import { openHouse } from "./house.js";
import { arrive, openBrowser } from "./people.js";

let house, browser, owner, page;

before(async () => {
  house = await openHouse();
  browser = await openBrowser();
  owner = await arrive(browser, house, { viewport: { width: 1440, height: 900 } });
  page = owner.page;
  await owner.setUp("zhang.wei", "张伟");
  await owner.open("access", "/console/");
  await make("applications", [...numbered(60), ["知识库", "Handbook"]].map(([chinese, english]) => ({
    name: { "zh-CN": chinese, en: english },
    hosts: [`${english.toLowerCase().replace(" ", "-")}.gate.localhost`],
    pool: { upstreams: [{ address: "127.0.0.1:9" }] },
  })));
  await make("ip-lists", [...numbered(60), ["", "办公室"]].map(([, name]) => ({ name, effect: "deny" })));
});

after(async () => {
  await browser?.close();
  await house?.close();
});

const numbered = (n) => Array.from({ length: n }, (_, i) => ["", `Tool ${String(i).padStart(2, "0")}`]);
const button = (name) => page.getByRole("button", { name: new RegExp(`(^|\\s)${name}$`) });
const rows = () => page.locator("main .ant-table-row").count();

async function make(listing, drafts) {
  const refused = await page.evaluate(async ([listing, drafts]) => {
    const headers = { "Content-Type": "application/json", "X-Gatehouse-CSRF": "1" };
    const send = (draft) => fetch(`/api/v1/${listing}`, { method: "POST", headers, body: JSON.stringify(draft) });
    const answers = [];
    for (const draft of drafts) answers.push((await send(draft)).status);
    return answers.filter((status) => status !== 201);
  }, [listing, drafts]);
  assert.deepEqual(refused, []);
}

// Applications come as they were made, address lists by their names: 办公室 is read "bangongshi", before "Tool".
for (const [listing, typed, name, isLast] of [
  ["applications", "zhishiku", "Handbook", true],
  ["ip-lists", "bgs", "办公室", false],
]) {
  test(`${listing} are shown a page at a time, and found by their names`, async () => {
    await owner.open("access", `/console/${listing}`);
    await page.getByRole("link", { name: isLast ? "Tool 00" : name }).waitFor();
    assert.equal(await rows(), 50);
    await button("Next page").click();
    await page.getByRole("link", { name: isLast ? name : "Tool 59" }).waitFor();
    assert.equal(await rows(), 11);
    await page.getByRole("searchbox").fill(typed);
    await page.waitForFunction(() => document.querySelectorAll("main .ant-table-row").length === 1);
    await page.getByRole("link", { name }).waitFor();
    await page.getByRole("searchbox").fill("nowhere");
    await page.getByText(/^No .* has such a name/).waitFor();
    assert.deepEqual([...owner.complaints, ...(await barriers(page))], []);
  });
}

test("an application chooses a list that is not among the first, and shows its name afterwards", async () => {
  await owner.open("access", "/console/applications");
  await page.getByRole("link", { name: "Tool 00" }).click();
  await page.getByRole("tab", { name: "Protection" }).click();
  const chooser = page.getByRole("combobox", { name: "IP lists" });
  await chooser.fill("bgs");
  await page.locator(".ant-select-item-option", { hasText: "办公室" }).click();
  await page.keyboard.press("Escape");
  await button("Save").click();
  await page.getByText("Saved; it takes effect").waitFor();
  await page.reload();
  await page.getByRole("tab", { name: "Protection" }).click();
  await page.locator("section:visible .ant-select-selection-item", { hasText: "办公室" }).waitFor();
  assert.deepEqual(owner.complaints, []);
});

test("the log of requests is narrowed to an application that is not among the first", async () => {
  await owner.open("access", "/console/logs/requests");
  await page.getByRole("combobox", { name: "Application" }).fill("handb");
  await page.locator(".ant-select-item-option", { hasText: "Handbook" }).click();
  await page.waitForURL(/application=/);
  assert.deepEqual(owner.complaints, []);
});
