// Address lists in the console: what is pasted, and how nobody locks themselves out.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { barriers } from "./barriers.js";
import { openHouse } from "./house.js";
import { arrive, openBrowser } from "./people.js";
import { until } from "./until.js";

let house, browser, owner, page;

before(async () => {
  house = await openHouse();
  browser = await openBrowser();
  owner = await arrive(browser, house, { viewport: { width: 1440, height: 900 } });
  page = owner.page;
  await owner.setUp("zhang.wei", "张伟");
  await house.command("ip-lists", "apply", "office", await house.write("office.txt", "203.0.113.0/24\n"), "--effect", "allow");
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

/** The rules hold on the node a moment after they were changed. */
async function isAnswered(status) {
  await until(`the answer is ${status}`, async () => {
    const answer = await owner.open("access", "/console/ip-lists");
    return answer.status() === status;
  });
}

async function openList() {
  await owner.open("access", "/console/ip-lists");
  await page.getByRole("link", { name: "office" }).click();
  await page.getByRole("cell", { name: "203.0.113.0/24", exact: true }).waitFor();
}

test("each bad line of a pasted text is shown, and nothing is written before it is mended", async () => {
  await openList();
  await button("Add addresses").first().click();
  const field = drawer().getByRole("textbox");
  await field.fill("198.51.100.7 until=2099-01-31 # a contractor\n198.51.100.7/40\nnobody");
  await drawer().getByText("2 lines are wrong: mend them first").waitFor();
  await drawer().getByRole("cell", { name: "198.51.100.7/40", exact: true }).waitFor();
  await nothingInTheWay("the pasted text");
  await field.fill("198.51.100.7 until=2099-01-31 # a contractor");
  await drawer().getByText("1 entry, 1 of them new").waitFor();
  await button("Save", drawer()).click();
  await page.getByRole("cell", { name: "a contractor" }).waitFor();
  await page.getByPlaceholder("Is this address on the list?").fill("203.0.113.9");
  await page.keyboard.press("Enter");
  await page.getByText("On the list: 203.0.113.0/24").waitFor();
  await nothingInTheWay("the list");
});

test("an entry is taken off the list, and all of them are taken away to be pasted again", async () => {
  await openList();
  const [file] = await Promise.all([page.waitForEvent("download"), button("Export entries").click()]);
  const text = await readFile(await file.path(), "utf8");
  assert.equal(text, "203.0.113.0/24\n198.51.100.7 until=2099-01-31 # a contractor\n");
  await button("Remove 198.51.100.7").click();
  await button("Delete", page.getByRole("dialog")).click();
  await page.getByRole("cell", { name: "a contractor" }).waitFor({ state: "detached" });
  await button("Add addresses").first().click();
  await drawer().getByText("Replace all entries").click();
  await drawer().getByText("The list loses what it holds now (1 entry)").waitFor();
  await drawer().getByRole("textbox").fill(text);
  await button("Save", drawer()).click();
  await page.getByRole("cell", { name: "a contractor" }).waitFor();
  await nothingInTheWay("the list with a button for each entry");
});

test("a change that locks its maker out is asked about, tried, and put back", async () => {
  await openList();
  await button("Edit").click();
  await drawer().getByText("Everything").click();
  await button("Save", drawer()).click();
  const question = page.getByRole("dialog", { name: "This would lock you out" });
  await question.getByText("127.0.0.1").waitFor();
  await nothingInTheWay("the question");
  await button("Try it for a minute", question).click();
  await isAnswered(403);
  const status = JSON.parse(await house.command("ip-rules", "status", "--json"));
  assert.equal(status.trial.list_name, "office");
  await house.command("ip-rules", "put-back");
  await isAnswered(200);
  await openList();
  await page.getByText("What chooses it").first().waitFor();
});

test("whoever is at the machine switches all lists off, and the console says so", async () => {
  await house.command("ip-lists", "apply", "office", await house.write("office.txt", "203.0.113.0/24\n"), "--effect", "allow", "--global");
  await isAnswered(403);
  await house.command("ip-rules", "off");
  await isAnswered(200);
  owner.complaints.length = 0;
  await owner.open("access", "/console/ip-lists");
  await page.getByText("No IP restriction is in force").waitFor();
  await nothingInTheWay("the banner");
  await button("Switch on").click();
  await page.getByText("This would lock you out").first().waitFor();
});
