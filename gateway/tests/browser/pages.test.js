// How the pages read and look: refusals, languages, telephones, and browsers without scripts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { HOSTS, openHouse } from "./house.js";
import { arrive, openBrowser, PASSWORD } from "./people.js";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const NOBODY = '[access]\nkind = "rules"\nrules = []\n';

let house;
let browser;

before(async () => {
  house = await openHouse();
  browser = await openBrowser();
  const owner = await arrive(browser, house);
  await owner.setUp("zhang.wei", "张伟");
  await owner.leave();
  await house.publishDemos();
  await house.setWatermark("enabled = true\n");
  await house.publish("closed", "财务", "Finance", house.echoAddress, "", NOBODY);
  await house.publish("ruin", "旧系统", "Old system", "127.0.0.1:9");
  const nearby = await house.denyAddresses("nearby", "127.0.0.0/8", "::1");
  await house.publish("vault", "保险库", "Vault", house.echoAddress, `ip_lists = ["${nearby}"]`);
  const member = await arrive(browser, house);
  await member.join("li.na", "李娜");
  await member.leave();
});

after(async () => {
  await browser?.close();
  await house?.close();
});

async function signedIn(look) {
  const person = await arrive(browser, house, look);
  await person.signIn("li.na");
  return person;
}

const REFUSALS = [
  ["nowhere", 421, "There is nothing at this address", "该地址没有可访问的应用"],
  ["closed", 403, "You have no access to this page", "您没有访问权限"],
  ["vault", 403, "Not from this network", "当前网络不允许访问"],
  ["ruin", 502, "The application does not respond", "应用无响应"],
];

const OWN_PAGES = [
  ["access", "/"], ["access", "/account"], ["access", "/account/password"],
  ["access", "/account/authenticator?to=%2Faccount"], ["access", "/sign-out"],
  ["access", "/welcome"], ["access", "/no-such-page"],
];

test("each refusal is told in the reader's language, with a number to quote", async () => {
  for (const [locale, column] of [["en-GB", 2], ["zh-CN", 3]]) {
    const person = await signedIn({ locale });
    for (const refusal of REFUSALS) {
      const answer = await person.open(refusal[0]);
      assert.equal(answer.status(), refusal[1], refusal[0]);
      assert.equal(await person.heading(), refusal[column]);
      const number = await person.page.locator("footer code").innerText();
      assert.equal(number, answer.headers()["x-request-id"]);
    }
    assert.deepEqual(person.complaints, []);
    await person.leave();
  }
});

test("a refusal leads back to the applications that one may open", async () => {
  const person = await signedIn();
  await person.open("closed");
  await person.page.getByRole("link", { name: "My applications" }).click();
  assert.equal(await person.heading(), "Hello, 李娜");
  await person.leave();
});

test("a refusal can be read in the other language, and the choice stays, without scripts", async () => {
  const person = await signedIn({ javaScriptEnabled: false });
  for (const [host, status, english, chinese] of REFUSALS) {
    await person.open(host, "/some/page?a=1");
    assert.equal(await person.heading(), english);
    await person.page.getByRole("link", { name: "简体中文" }).click();
    assert.equal(await person.heading(), chinese, host);
    assert.equal(person.page.url(), house.url(host, "/some/page?a=1"));
    const again = await person.open(host);
    assert.equal(again.status(), status);
    assert.equal(await person.heading(), chinese);
  }
  await person.leave();
});

test("a form sent after the session has ended is not lost without a word", async () => {
  const person = await signedIn();
  await person.open("wiki", "/pages/rooms/edit");
  await person.context.clearCookies();
  await person.page.getByRole("button", { name: "Save" }).click();
  assert.equal(await person.heading(), "Please sign in");
  await person.page.getByRole("link", { name: "Sign in" }).click();
  assert.ok(person.isAt("access", "/sign-in"));
  await person.leave();
});

test("the language that somebody chooses stays, against what the browser says", async () => {
  const person = await arrive(browser, house, { locale: "en-GB" });
  await person.open("access", "/sign-in");
  assert.equal(await person.heading(), "Sign in");
  await person.page.getByRole("link", { name: "简体中文" }).click();
  assert.equal(await person.heading(), "登录");
  assert.equal(await person.page.locator("html").getAttribute("lang"), "zh-CN");
  await person.signIn("li.na");
  assert.equal(await person.heading(), "您好，李娜");
  await person.open("closed");
  assert.equal(await person.heading(), "您没有访问权限");
  await person.leave();
});

test("without scripts one can sign in, open an application and sign out", async () => {
  const person = await signedIn({ javaScriptEnabled: false });
  assert.equal(await person.heading(), "Hello, 李娜");
  await person.page.locator(".tile", { hasText: "Echo" }).click();
  await person.page.waitForURL(house.url("echo"));
  assert.equal(await person.heading(), "Hello, 李娜");
  await person.open("access");
  await person.page.getByRole("button", { name: "Sign out" }).click();
  await person.open("echo");
  assert.ok(person.isAt("access", "/sign-in"));
  await person.leave();
});

test("each page says whose it is and in which language, and each field what it is for", async () => {
  for (const [locale, language] of [["en-GB", "en"], ["zh-CN", "zh-CN"]]) {
    const person = await signedIn({ locale });
    for (const [host, path] of [...OWN_PAGES, ...REFUSALS.map(([host]) => [host, "/"])]) {
      await person.open(host, path);
      const found = await person.page.evaluate(() => ({
        language: document.documentElement.lang,
        title: document.title,
        icon: document.querySelector("link[rel=icon]")?.href,
        headings: document.querySelectorAll("h1").length,
        nameless: [...document.querySelectorAll("input:not([type=hidden]), button, a, img")]
          .filter((e) => !(e.labels?.length || e.innerText?.trim() || e.ariaLabel || e.alt))
          .map((e) => e.outerHTML),
      }));
      assert.equal(found.language, language, path);
      assert.match(found.title, /^.+ · Gatehouse$/, path);
      assert.match(found.icon, /^data:image\/svg\+xml,/, path);
      assert.equal(found.headings, 1, path);
      assert.deepEqual(found.nameless, [], path);
    }
    assert.deepEqual(person.complaints, []);
    await person.leave();
  }
});

test("on a telephone no page is wider than the screen", async () => {
  const person = await signedIn(PHONE);
  const pages = [
    ...OWN_PAGES, ["wiki", "/pages/welcome"], ["wiki", "/live"],
    ["wiki", "/strict"], ["echo", "/"], ...REFUSALS.map(([host]) => [host, "/"]),
  ];
  for (const [host, path] of pages) {
    await person.open(host, path);
    const width = await person.page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(width, PHONE.viewport.width, `${HOSTS[host]}${path}`);
  }
  assert.deepEqual(person.complaints, []);
  await person.leave();
});

test("everything on the sign-in page can be reached and used by the keyboard", async () => {
  const person = await arrive(browser, house);
  await person.open("access", "/sign-in");
  const { keyboard } = person.page;
  // The page puts the focus there by itself, a moment after it has been drawn.
  await person.page.locator("#username:focus").waitFor();
  await keyboard.type("li.na");
  await keyboard.press("Tab");
  await keyboard.type(PASSWORD);
  await keyboard.press("Enter");
  await person.page.waitForURL(house.url("access"));
  await person.leave();
});

test("a wrong password keeps the username and does not say which of the two was wrong", async () => {
  const person = await arrive(browser, house);
  for (const username of ["li.na", "nobody.at.all"]) {
    await person.signIn(username, "not the password");
    assert.match(await person.page.getByRole("alert").innerText(), /username or password is wrong/);
    assert.equal(await person.page.locator("#username").inputValue(), username);
  }
  await person.leave();
});
