// A directory is connected in the console: tried, left half way and taken up again, looked at before anything is
// written, taken over, recorded and taken back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { barriers } from "./barriers.js";
import { BASE, openDirectory, person, READER, READER_PASSWORD } from "./directory_server.js";
import { openHouse } from "./house.js";
import { arrive, openBrowser } from "./people.js";

let house, browser, directory, owner, page;

before(async () => {
  house = await openHouse();
  directory = await openDirectory();
  browser = await openBrowser();
  owner = await arrive(browser, house, { viewport: { width: 1440, height: 900 } });
  page = owner.page;
  await owner.setUp("zhang.wei", "张伟");
  await house.command("members", "add", "wang.fang", "--name", "Wang Fang");
});

after(async () => {
  await browser?.close();
  await directory?.close();
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

test("a kind is chosen, and the connection is tried before anything is kept", async () => {
  await owner.open("access", "/console/directories");
  await page.getByText("No directory is connected").waitFor();
  await nothingInTheWay("no directories yet");
  await button("Connect a directory").first().click();
  await nothingInTheWay("the kinds");
  await page.getByRole("button", { name: "Connect LDAP" }).click();
  await field("Name").fill("Company directory");
  await page.getByRole("radio", { name: "None", exact: true }).check();
  await page.getByText("Everybody on the way reads all passwords").waitFor();
  await field("Servers").fill(directory.url);
  await field("Base DN").fill(BASE);
  await field("Account (bind DN)").fill(READER);
  await field("Password").fill("wrong");
  await button("Test the connection").click();
  await page.getByText(/the DN or the password of the account is wrong/).waitFor();
  await nothingInTheWay("an account that is refused");
  await field("Password").fill(READER_PASSWORD);
  await button("Test the connection").click();
  await page.getByText("It answers, and lets the account in").waitFor();
  await nothingInTheWay("a connection that works");
});

test("one that is left half way is kept, switched off, and taken up where it stands", async () => {
  await button("Save and go on").click();
  await button("Show what would be read").waitFor();
  await owner.open("access", "/console/directories");
  await page.getByText("Set-up not finished").waitFor();
  await nothingInTheWay("a directory that is not set up");
  await page.getByRole("link", { name: "Company directory" }).click();
  await button("Show what would be read").click();
  await page.getByRole("row", { name: /李娜/ }).getByText("li.na@example.com").waitFor();
  await page.getByText("Departments (3)").waitFor();
  await nothingInTheWay("what would be read");
  const filter = field("Filter").first();
  await filter.fill("(uid=");
  await button("Save and go on").click();
  await page.getByText(/this is no LDAP filter/).waitFor();
  await filter.fill("(objectClass=inetOrgPerson)");
  await button("Save and go on").click();
  await field("Taken over by itself").waitFor();
  await nothingInTheWay("how it is taken over");
  await field("Taken over by itself").click();
  await button("Save and go on").click();
  await field("Its mail addresses are trusted").waitFor();
  await nothingInTheWay("how people sign in");
  await button("Save and go on").click();
  await button("Begin the trial").waitFor();
  await page.reload();
  await button("Begin the trial").waitFor();
});

test("the first run is a trial: its plan is shown, and nothing is written before somebody says so", async () => {
  await button("Begin the trial").click();
  await page.getByText("The trial is over, and nothing is written yet").waitFor();
  await page.getByRole("row", { name: /李娜/ }).waitFor();
  await nothingInTheWay("a plan");
  const members = await page.evaluate(async () => (await (await fetch("/api/v1/members")).json()).items.length);
  assert.equal(members, 2, "the founder, and who was there before");
  await button("Drop it and change the settings").click();
  await say("Drop");
  await button("Show what would be read").waitFor();
  await button("Save and go on").click();
  await page.locator(".ant-steps-item").last().click();
  await button("Begin the trial").click();
  await button("Go on").click();
  await question().getByText("switched on first").waitFor();
  await say("Go on");
  await page.getByText("The directory was taken over").waitFor();
  await nothingInTheWay("a first run that is over");
  await button("Finish").click();
  await page.getByRole("row", { name: /Company directory/ }).getByText("On", { exact: true }).waitFor();
  await nothingInTheWay("a directory that is set up");
});

test("whoever came from it says so among members", async () => {
  await owner.open("access", "/console/members");
  await page.getByRole("row", { name: /li\.na/ }).getByText("Company directory").waitFor();
});

test("the record tells each change field by field, and can be narrowed down by its address", async () => {
  await owner.open("access", "/console/sync-runs");
  await page.getByRole("row", { name: /Company directory/ }).first().waitFor();
  await nothingInTheWay("the records");
  await page.getByRole("row", { name: /Done/ }).getByRole("link").first().click();
  await page.getByRole("row", { name: /li\.na|李娜/ }).waitFor();
  await page.getByRole("button", { name: /^Conflict/ }).first().click();
  await page.waitForURL(/change=conflict/);
  await page.getByText(/belongs to another account/).first().waitFor();
  await nothingInTheWay("a record that is narrowed down");
  await page.goto(page.url().replace(/\?.*/, "?search=李娜"));
  await page.getByRole("button", { name: "李娜", exact: true }).click();
  await page.locator(".ant-drawer-section").getByText("1001").waitFor();
  await nothingInTheWay("a change");
  await page.keyboard.press("Escape");
  await button("Export").click();
  const csv = page.getByRole("menuitem", { name: /^CSV/ }).getByRole("link");
  const [file] = await Promise.all([page.waitForEvent("download"), csv.click()]);
  assert.match(file.suggestedFilename(), /\.csv$/);
});

test("an entry of which nobody knows who it is is linked to a member, or ignored", async () => {
  await owner.open("access", "/console/directories");
  await page.getByRole("row", { name: /Company directory/ }).getByRole("link", { name: "2", exact: true }).click();
  await page.getByRole("row", { name: /王芳/ }).waitFor();
  await nothingInTheWay("conflicts");
  await page.getByRole("row", { name: /王芳/ }).getByRole("button", { name: "Link to Wang Fang" }).click();
  await say("Link");
  await page.getByRole("row", { name: /王芳/ }).waitFor({ state: "hidden" });
  await page.getByRole("row", { name: /张伟/ }).getByRole("button", { name: "Ignore" }).click();
  await say("Ignore");
  await page.getByText("There are no conflicts").waitFor();
  await page.getByRole("checkbox", { name: "Ignored ones, too" }).click();
  await page.getByRole("row", { name: /张伟/ }).getByRole("button", { name: "Reconsider" }).waitFor();
  await nothingInTheWay("what is ignored");
});

test("a later run is begun by hand, and what it did is taken back", async () => {
  await directory.add(person("sun.li", "孙丽", "ou=Engineering"));
  await owner.open("access", "/console/directories");
  await page.getByRole("button", { name: "More for Company directory" }).click();
  await page.getByRole("menuitem", { name: "Sync now" }).click();
  await say("Sync now");
  await page.getByRole("row", { name: /孙丽/ }).waitFor();
  await button("Take it back").click();
  await say("Take it back");
  await page.locator("main h1", { hasText: "Undo" }).waitFor();
  await page.getByRole("row", { name: /孙丽/ }).waitFor();
  await nothingInTheWay("what was taken back");
  await owner.open("access", "/console/logs/audit");
  await page.getByRole("row", { name: /Take a sync back/ }).first().waitFor();
});
