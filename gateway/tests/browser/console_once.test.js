// What is made in the console is made once, also where the answer is lost and the form is sent again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openHouse } from "./house.js";
import { arrive, openBrowser } from "./people.js";

let house, browser, owner, page;

before(async () => {
  house = await openHouse();
  browser = await openBrowser();
  owner = await arrive(browser, house, { viewport: { width: 1440, height: 900 } });
  page = owner.page;
  await owner.setUp("zhang.wei", "张伟");
});

after(async () => {
  await browser?.close();
  await house?.close();
});

const button = (name) => page.getByRole("button", { name: new RegExp(`(^|\\s)${name}$`) });

/** Notes the names under which groups are made; the first answers, so many, never reach the page. */
async function listen(toLose) {
  const names = [];
  page.on("request", (request) => {
    const makes = request.method() === "POST" && request.url().endsWith("/api/v1/groups");
    if (makes) names.push(request.headers()["idempotency-key"]);
  });
  await page.addInitScript((toLose) => {
    const send = window.fetch;
    let left = toLose;
    window.fetch = async (request, ...more) => {
      const answer = await send(request, ...more);
      if (request.method !== "POST" || left === 0) return answer;
      left -= 1;
      throw new TypeError("the connection was lost");
    };
  }, toLose);
  return names;
}

async function save(name) {
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await button("Save").click();
}

test("a form whose answer was lost is sent again under its name, and makes one thing", async () => {
  const names = await listen(2);
  await owner.open("access", "/console/groups");
  await button("New group").first().click();
  for (const [tries, name] of [[1, "First draft"], [2, "Editors"]]) {
    await save(name);
    await page.waitForFunction(() => !document.querySelector(".ant-btn-loading"));
    await page.getByText("The server cannot be reached").waitFor();
    assert.equal(names.length, tries);
  }
  await save("Editors");
  await page.locator(".ant-drawer-section").waitFor({ state: "detached" });
  const [draft, lost, again] = names;
  assert.equal(names.length, 3);
  assert.match(draft, /^[0-9a-f-]{36}$/);
  assert.notEqual(lost, draft, "the form says something else");
  assert.equal(again, lost, "the same, sent again");
  const groups = JSON.parse(await house.command("groups", "list", "--json"));
  const made = (groups.items ?? groups).map((group) => group.name).sort();
  assert.deepEqual(made, ["Editors", "First draft"]);
  assert.deepEqual(owner.complaints, []);
});
