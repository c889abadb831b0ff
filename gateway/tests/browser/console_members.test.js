// People, departments and groups in the console, as an operator works with them.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
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

const members = (query = "") => owner.open("access", `/console/members${query}`);
// An icon before the words is read aloud, too.
const button = (name, within = page) => within.getByRole("button", { name: new RegExp(`(^|\\s)${name}$`) });
const row = (text) => page.locator("main .ant-table-tbody tr.ant-table-row", { hasText: text });
const department = (name) => page.locator(".ant-tree-treenode").filter({ has: page.getByText(name, { exact: true }) });
const drawer = () => page.locator(".ant-drawer-section").last();
const dialog = () => page.getByRole("dialog").last();
const gone = (locator) => locator.waitFor({ state: "detached" });

/** Chooses something to do with a department in the tree. */
async function does(name, what) {
  await department(name).hover();
  await page.getByRole("button", { name: `Actions for “${name}”` }).click();
  await page.getByRole("menuitem", { name: what }).click();
}

async function opens(name) {
  await department(name).locator(".ant-tree-switcher").click();
}

async function nothingInTheWay(where) {
  assert.deepEqual([...owner.complaints, ...(await barriers(page))], [], where);
}

test("a department is made below another, renamed, and moved by dragging", async () => {
  await members();
  await does("行政部", "New department below");
  await page.getByRole("textbox", { name: "Name" }).fill("前台");
  await nothingInTheWay("the form");
  await button("Save").click();
  await opens("行政部");
  await does("前台", "Edit department");
  await page.getByRole("textbox", { name: "Name" }).fill("接待");
  await button("Save").click();
  await department("接待").waitFor();

  const handle = (name) => department(name).locator(".ant-tree-node-content-wrapper");
  // To the right of where it began: below, not beside.
  await handle("接待").dragTo(handle("市场部"), { sourcePosition: { x: 8, y: 12 }, targetPosition: { x: 100, y: 18 } });
  await dialog().getByText("goes below “市场部”").waitFor();
  await button("Move", dialog()).click();
  await opens("市场部");
  await department("接待").click();
  await page.locator("main .ant-breadcrumb").getByText("市场部").waitFor();
});

test("what a department holds goes where the operator says before it is deleted", async () => {
  await members();
  await opens("研发中心");
  await department("后端组").click();
  await button("Manage department").click();
  await page.getByRole("menuitem", { name: "Add existing members" }).click();
  await drawer().getByRole("combobox").fill("liu yang");
  await page.getByRole("option", { name: /liu\.yang/ }).or(page.locator(".ant-select-item-option", { hasText: "liu.yang" })).last().click();
  await page.keyboard.press("Escape");
  await button("Add", drawer()).click();
  await row("刘洋").waitFor();

  await does("后端组", "Delete department");
  await dialog().getByText("It still holds 1 member.").waitFor();
  await nothingInTheWay("the question");
  await button("Delete department", dialog()).click();
  await page.getByText("The department is deleted").waitFor();
  // To the department above it, unless the operator says otherwise, and the list shows that one.
  await row("刘洋").getByText("研发中心").waitFor();
  await gone(department("后端组"));
});

test("a new member's one-time link is shown once, and works", async () => {
  await members();
  await button("New member").first().click();
  await drawer().locator("#display_name").fill("孙丽");
  await page.getByRole("textbox", { name: "Username" }).fill("wang.fang");
  await button("Save").click();
  // What is refused is told at the field.
  await page.locator(".ant-form-item", { has: page.locator("#username") }).locator(".ant-form-item-explain-error").waitFor();
  await nothingInTheWay("the form");
  await page.getByRole("textbox", { name: "Username" }).fill("sun.li");
  await button("Save").click();
  await dialog().getByText("One-time link for 孙丽").waitFor();
  await nothingInTheWay("the link");
  const [, code] = await dialog().locator(".mono").allInnerTexts();
  await button("I have kept it", dialog()).click();
  await drawer().getByText("sun.li", { exact: true }).waitFor();
  assert.equal(await page.getByText(code).count(), 0);

  const newcomer = await arrive(browser, house);
  await newcomer.open("access", "/welcome");
  await newcomer.send({ code: code.trim() });
  assert.equal(await newcomer.page.locator('[name="repeated"]').count(), 1);
  await newcomer.leave();
});

test("a change on top of somebody else's is told apart from one's own", async () => {
  await members("?search=chen.jie");
  await button("陈杰").click();
  await button("Edit", drawer()).click();
  await page.getByRole("textbox", { name: "Employee number" }).fill("E-7");
  await changedMeanwhile("chen.jie");
  await button("Save").click();
  await drawer().getByText("Somebody else has changed this").waitFor();
  await button("Load anew", drawer()).click();
  await drawer().getByText("E-1", { exact: true }).waitFor();
});

async function changedMeanwhile(username) {
  await page.evaluate(async (username) => {
    const asked = await fetch(`/api/v1/members/${username}`);
    const { id, kind, display_name, email } = await asked.json();
    const headers = { "content-type": "application/json", "x-gatehouse-csrf": "1", "if-match": asked.headers.get("etag") };
    const body = JSON.stringify({ kind, username, display_name, email, employee_number: "E-1" });
    const done = await fetch(`/api/v1/members/${id}`, { method: "PUT", headers, body });
    if (!done.ok) throw new Error(await done.text());
  }, username);
}

test("what narrows the list is in its address", async () => {
  await members();
  await page.getByPlaceholder(/^Search name/).fill("zl");
  await row("赵磊").waitFor();
  await gone(row("王芳"));
  await page.getByText("1 person", { exact: true }).waitFor();
  assert.match(page.url(), /search=zl/);
  await page.reload();
  await row("赵磊").waitFor();
  assert.equal(await row("王芳").count(), 0);
  await button("Clear filters").click();
  await row("王芳").waitFor();
});

test("many are disabled at once, and who could not be is named with the reason", async () => {
  await members();
  for (const name of ["Emma Stone", "Noah Brown", "张伟"]) await row(name).getByRole("checkbox").check();
  await nothingInTheWay("the list");
  await button("Actions").click();
  await page.getByRole("menuitem", { name: "Disable" }).click();
  await dialog().getByText("Signs 3 members out everywhere").waitFor();
  await button("Disable", dialog()).click();
  await dialog().getByText("Done for 2 members").waitFor();
  await dialog().locator("tr.ant-table-row", { hasText: "张伟" }).waitFor();
  await nothingInTheWay("the outcome");
  await button("Close", dialog()).last().click();
  await row("Emma Stone").getByText("Disabled").waitFor();
  await row("张伟").getByText("Active").waitFor();
});

test("a member's account is looked at and helped, each part open to all", async () => {
  await members("?search=emma");
  await button("Emma Stone").click();
  for (const part of ["Profile", "Account", "Devices", "History"]) {
    await drawer().getByRole("tab", { name: part }).click();
    await page.waitForLoadState("networkidle");
    await nothingInTheWay(part);
  }
  await drawer().getByRole("tab", { name: "Account" }).click();
  await button("Enable", drawer()).click();
  await drawer().getByText("Active", { exact: true }).waitFor();
  await page.goBack();
  await gone(drawer());
});

test("a group is made, filled and deleted", async () => {
  await owner.open("access", "/console/groups");
  await button("New group").first().click();
  await page.getByRole("textbox", { name: "Name" }).fill("财务审批");
  await button("Save").click();
  await page.getByRole("heading", { name: "财务审批" }).waitFor();
  await page.locator("main").getByRole("combobox").fill("wangfang");
  await page.locator(".ant-select-item-option", { hasText: "wang.fang" }).click();
  await page.keyboard.press("Escape");
  await button("Add members").click();
  await row("王芳").waitFor();
  await nothingInTheWay("the group");
  await button("Delete").click();
  await dialog().getByText("lost to 1 member").waitFor();
  await button("Delete", dialog()).click();
  await page.getByRole("heading", { name: "Groups" }).waitFor();
  await gone(row("财务审批"));
});

test("members are brought from a file, after each row was looked at", async () => {
  await members();
  await button("Import").click();
  await page.getByRole("heading", { name: "Import members" }).waitFor();
  await nothingInTheWay("the upload");
  const lines = ["用户名,姓名,邮箱,部门", "wu.di,吴迪,wu.di@example.com,市场部/华东区", "zheng.shuang,郑爽,no-address,"];
  const file = { name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(lines.join("\n")) };
  await page.locator("input[type=file]").setInputFiles(file);
  await row("zheng.shuang").getByText("no-address").first().waitFor();
  await nothingInTheWay("the preview");
  // Nothing is written yet, and the preview has an address to come back to.
  await page.reload();
  await button("Import 1 row").click();
  await dialog().getByText("1 to create, 0 to update; 1 row with errors will be left out.").waitFor();
  await button("Import 1 row", dialog()).click();
  await page.getByText("1 row imported").waitFor();
  await button("To the members").click();
  await row("吴迪").getByText("华东区").waitFor();
  assert.equal(await row("郑爽").count(), 0);
});

test("a group takes people in by a rule, and says how many fit before it is saved", async () => {
  await owner.open("access", "/console/groups");
  await button("New group").click();
  await drawer().getByRole("textbox").first().fill("研发人员");
  await drawer().getByText("By a rule").click();
  const where = page.getByRole("combobox", { name: "Departments, with those below them" });
  await where.click();
  await page.locator(".ant-select-tree-node-content-wrapper", { hasText: "研发中心" }).click();
  await drawer().getByText(/(fit|fits) now/).waitFor();
  await drawer().getByText("Description").click();
  await page.locator(".ant-select-dropdown:visible").waitFor({ state: "detached" });
  await nothingInTheWay("the form of a group with a rule");
  await button("Save", drawer()).click();
  await page.getByText("A rule keeps who is in this group").waitFor();
});

test("what there is is taken away as a file; what is managed by it is listed, and told when it departs from it", async () => {
  await owner.open("access", "/console/configuration");
  await page.getByText("Nothing is managed by files").waitFor();
  const [file] = await Promise.all([page.waitForEvent("download"), button("Export as YAML").click()]);
  assert.equal(file.suggestedFilename(), "gatehouse.yaml");
  const text = await readFile(await file.path(), "utf8");
  assert.match(text, /值班人员/);
  await house.command("apply", "--files", await house.write("gatehouse.yaml", text));
  await owner.open("access", "/console/configuration");
  await row("值班人员").getByText("As in the files").waitFor();
  await house.command("groups", "remove", "值班人员");
  await owner.open("access", "/console/configuration");
  await row("值班人员").getByText("Drifted").waitFor();
  await nothingInTheWay("the page of what is managed");
});
