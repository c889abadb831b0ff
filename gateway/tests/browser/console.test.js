// The console, as an operator meets it: every place, in both languages, at a desk and on a telephone.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { barriers } from "./barriers.js";
import { foundCompany } from "./company.js";
import { innerPlaces, PLACES, visit } from "./console_places.js";
import { openHouse } from "./house.js";
import { arrive, openBrowser } from "./people.js";

const DESK = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 } };
const LOOKS = [
  ["Chinese, at a desk", "zh", { locale: "zh-CN", ...DESK }],
  ["English, on a telephone", "en", { locale: "en-GB", ...PHONE }],
  ["English, at a desk by night", "en", { locale: "en-GB", colorScheme: "dark", ...DESK }],
  ["Chinese, on a telephone by night", "zh", { locale: "zh-CN", colorScheme: "dark", ...PHONE }],
];

let house, browser, signedIn, places;

before(async () => {
  house = await openHouse();
  browser = await openBrowser();
  const founder = await arrive(browser, house);
  await founder.setUp("zhang.wei", "张伟");
  await foundCompany(house);
  await founder.open("wiki");
  places = { ...PLACES, ...(await innerPlaces(founder)) };
  signedIn = await founder.context.storageState();
  await founder.leave();
});

after(async () => {
  await browser?.close();
  await house?.close();
});

/** The owner, at a console of their own. */
async function owner(look = {}) {
  return arrive(browser, house, { locale: "en-GB", ...DESK, ...look, storageState: signedIn });
}

describe("every place of the console", () => {
  for (const [name, language, look] of LOOKS) {
    test(`is whole and open to all: ${name}`, async () => {
      const person = await owner(look);
      const wrong = person.complaints;
      for (const [place, at] of Object.entries(places)) {
        const heading = await visit(person, at);
        if (heading !== at[language]) wrong.push(`${place} is headed ${heading}`);
        wrong.push(...(await barriers(person.page)).map((barrier) => `${place}: ${barrier}`));
        const width = await person.page.evaluate(() => document.documentElement.scrollWidth);
        if (width > look.viewport.width) wrong.push(`${place} is ${width} wide`);
      }
      assert.deepEqual(wrong, []);
      await person.leave();
    });
  }
});

test("somebody without a role is told that the console is not for them", async () => {
  const member = await arrive(browser, house, { locale: "zh-CN" });
  await member.join("he.ping", "何平");
  assert.equal(await member.page.locator('a[href="/console/"]').count(), 0, "no way there");
  const answer = await member.open("access", "/console/");
  assert.equal(answer.status(), 403);
  assert.equal(await member.heading(), "此页面仅供管理员使用");
  await member.leave();
});

/** Places where something is made, and nothing else. */
const TO_CHANGE = ["member-import", "imported", "new-directory", "new-application"];

/** How the names of buttons begin that change something. */
const CHANGES =
  /^(New|Add|Invite|Extend|Suspend|Edit|Change|Save|Undo|Delete|Remove|Take|Upload|Import|Create|Make|Move|Rename|Revoke|Publish|Set it up|Connect|Stop|Send|Back to default|Read the files again|Switch|End|Unlock|Keep|Put)\b/;

test("an auditor sees everything and is offered no change", async () => {
  const auditor = await arrive(browser, house, DESK);
  await auditor.join("audit.or", "Audit Or");
  await house.command("members", "roles", "audit.or", "auditor");
  const wrong = [];
  for (const [place, at] of Object.entries(places)) {
    if (TO_CHANGE.includes(place)) {
      await auditor.open("access", at.path);
      await auditor.page.getByText("You may not see this page").waitFor();
      continue;
    }
    const heading = await visit(auditor, at);
    if (heading !== at.en) wrong.push(`${place} is headed ${heading}`);
    const offered = await auditor.page.locator("main").locator("button:enabled, a.ant-btn").all();
    for (const button of offered) {
      const name = `${(await button.getAttribute("aria-label")) ?? ""} ${await button.innerText()}`.trim();
      if (CHANGES.test(name)) wrong.push(`${place} offers “${name}”`);
    }
  }
  assert.deepEqual(wrong, []);
  await visit(auditor, places.audit);
  await auditor.page.getByText("zhang.wei").first().waitFor();
  await auditor.leave();
});
