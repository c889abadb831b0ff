// Roles in the console: made by an owner, given, and what their holders then see.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { barriers } from "./barriers.js";
import { foundCompany } from "./company.js";
import { openHouse } from "./house.js";
import { arrive, openBrowser } from "./people.js";

const DESK = { viewport: { width: 1440, height: 900 } };

let house, browser, owner, page;

before(async () => {
  house = await openHouse();
  browser = await openBrowser();
  owner = await arrive(browser, house, DESK);
  page = owner.page;
  await owner.setUp("zhang.wei", "张伟");
  await foundCompany(house);
});

after(async () => {
  await browser?.close();
  await house?.close();
});

const button = (name, within = page) => within.getByRole("button", { name: new RegExp(`(^|\\s)${name}$`) });
const drawer = (on = page) => on.locator(".ant-drawer-section").last();
const places = (on) => on.getByRole("navigation").getByRole("menuitem").allInnerTexts();

async function nothingInTheWay(person, where) {
  assert.deepEqual([...person.complaints, ...(await barriers(person.page))], [], where);
}

test("an owner makes a role that may invite guests, and its holder does that and sees nothing else", async () => {
  await owner.open("access", "/console/roles");
  await button("New role").click();
  await page.getByRole("textbox", { name: "Name" }).fill("Partner managers");
  await page.getByRole("checkbox", { name: "Guests (create: invite, and look after one's own): Create" }).check();
  await nothingInTheWay(owner, "the form");
  await button("Save").click();
  await page.getByRole("cell", { name: /Partner managers/ }).waitFor();

  const manager = await arrive(browser, house, DESK);
  await manager.join("part.ner", "Part Ner");
  await house.command("members", "roles", "part.ner", "Partner managers");
  await manager.open("access", "/console/");
  await manager.page.locator("main h1").waitFor();
  assert.deepEqual(await places(manager.page), ["Guests"]);
  await button("Invite a guest", manager.page).first().click();
  await drawer(manager.page).getByRole("textbox").first().fill("Vera Vis");
  await manager.page.getByRole("textbox", { name: "Username" }).fill("vera.vis");
  await nothingInTheWay(manager, "the form of a guest");
  await button("Save", manager.page).click();
  await drawer(manager.page).waitFor({ state: "detached" });
  const shown = JSON.parse(await house.command("members", "show", "vera.vis", "--json"));
  assert.equal(shown.kind, "guest");
  await manager.leave();
});

test("a role is given for a department, and its holder sees the people there and nobody else", async () => {
  await house.command("departments", "add-member", "后端组", "liu.yang");
  const chief = await arrive(browser, house, DESK);
  await chief.join("chief.of", "Chief Of");
  const id = JSON.parse(await house.command("members", "show", "chief.of", "--json")).id;
  await owner.open("access", `/console/members?member=${id}`);
  await button("Change roles").click();
  await page.getByRole("combobox", { name: "Roles" }).click();
  await page.locator(".ant-select-item-option", { hasText: /^Administrator$/ }).click();
  await button("Save", drawer()).click();
  await drawer().getByText("Say where the role holds").waitFor();
  await drawer().getByText("Confined to departments").click();
  const where = page.getByRole("combobox", { name: "Where Administrator holds" });
  await where.click();
  await page.locator(".ant-select-tree-treenode", { hasText: "研发中心" }).locator(".ant-select-tree-node-content-wrapper").click();
  await drawer().getByText("Username").click();
  await page.locator(".ant-select-dropdown:visible").waitFor({ state: "detached" });
  await nothingInTheWay(owner, "the roles of a person");
  await button("Save", drawer()).click();
  await drawer().getByText("Administrator (研发中心)").waitFor();

  await chief.open("access", "/console/");
  await chief.page.locator("main h1").waitFor();
  assert.deepEqual(await places(chief.page), ["Members & departments", "Guests"]);
  await chief.page.getByRole("cell", { name: "liu.yang" }).first().waitFor();
  const people = chief.page.locator("main .ant-table-tbody tr.ant-table-row");
  assert.equal(await people.count(), 1);
  await chief.page.getByRole("tree").getByText("研发中心").first().waitFor();
  assert.equal(await chief.page.getByRole("tree").getByText("市场部").count(), 0);
  await nothingInTheWay(chief, "the list of a department's administrator");

  await chief.open("access", "/console/guests");
  await button("Invite a guest", chief.page).first().click();
  const form = drawer(chief.page);
  await form.getByRole("textbox").first().fill("Gil Guest");
  await form.getByRole("textbox", { name: "Username" }).fill("gil.guest");
  await button("Save", form).click();
  await form.getByText("Please enter Departments").waitFor();
  await form.getByRole("combobox", { name: "Departments" }).click();
  const inTree = chief.page.locator(".ant-select-tree-treenode", { hasText: "研发中心" });
  await inTree.locator(".ant-select-tree-node-content-wrapper").click();
  await form.getByText("Username").click();
  await chief.page.locator(".ant-select-dropdown:visible").waitFor({ state: "detached" });
  await nothingInTheWay(chief, "the form of a guest in a department");
  await button("Save", form).click();
  await form.waitFor({ state: "detached" });
  const gil = JSON.parse(await house.command("members", "show", "gil.guest", "--json"));
  assert.deepEqual(gil.departments.map(({ name }) => name), ["研发中心"]);
  await chief.leave();
});

test("a confined role does not come to hold everywhere unasked", async () => {
  const id = JSON.parse(await house.command("members", "show", "chief.of", "--json")).id;
  await owner.open("access", `/console/members?member=${id}`);
  await button("Change roles").click();
  await drawer().locator(".ant-select-selection-item-remove").click();
  await button("Save", drawer()).click();
  await drawer().getByText("Say where the role holds").waitFor();
  await drawer().getByText("Everywhere", { exact: true }).click();
  await button("Save", drawer()).click();
  const question = page.getByRole("dialog", { name: "Let it hold everywhere?" });
  await question.getByText("Administrator").waitFor();
  await button("Cancel", question).click();
  const held = JSON.parse(await house.command("members", "show", "chief.of", "--json")).roles;
  assert.deepEqual(held.map(({ within }) => within?.map(({ name }) => name)), [["研发中心"]]);
});

test("a token may do single things, and gets another name", async () => {
  await owner.open("access", "/console/tokens");
  await button("New token").click();
  await page.getByRole("textbox", { name: "Name" }).fill("Weekly count");
  await button("Save").click();
  await drawer().getByText("Choose a role or a permission").waitFor();
  await button("Single permissions").click();
  await page.getByRole("checkbox", { name: "Members: Read" }).check();
  await nothingInTheWay(owner, "the form of a token");
  await button("Save").click();
  await page.getByText(/^gh_/).first().waitFor();
  await page.keyboard.press("Escape");
  await page.getByText(/^gh_/).first().waitFor();
  await button("I have kept it").click();
  await page.getByRole("cell", { name: "Members · Read" }).waitFor();
  await button("Rename").click();
  await page.getByRole("textbox", { name: "Name" }).fill("Monthly count");
  await button("Save").click();
  await page.getByRole("cell", { name: "Monthly count" }).waitFor();
});
