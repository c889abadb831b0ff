// People at their browsers, and what they do: each act is what a person would do with the pages.
import { chromium } from "playwright-core";

import { Authenticator } from "./totp.js";

export const PASSWORD = "lantern orchid harbour 7";

/** Starts a browser; `more` is what else it is told. */
export async function openBrowser(...more) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
      "--disable-background-networking", "--disable-component-update", ...more,
    ],
  });
}

/** Somebody at a browser of their own; `look` is what Playwright knows of it, such as a viewport. */
export async function arrive(browser, house, look = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "en-GB", ...look });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  return new Person(house, context, page);
}

export class Person {
  /** What the browser complained about, such as a violated content security policy. */
  complaints = [];

  constructor(house, context, page) {
    Object.assign(this, { house, context, page });
    this.#listen(page);
  }

  #listen(page) {
    page.on("console", (message) => {
      const isBlocked = /Content.Security.Policy|Refused to|violates/i.test(message.text());
      if (isBlocked) this.complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.complaints.push(`${page.url()}: ${error}`));
  }

  /** Another tab of the same browser. */
  async newTab() {
    const page = await this.context.newPage();
    page.setDefaultTimeout(10_000);
    this.#listen(page);
    return page;
  }

  async open(host, path = "/") {
    return this.page.goto(this.house.url(host, path));
  }

  heading() {
    return this.page.locator("h1").first().innerText();
  }

  isAt(host, path) {
    const now = new URL(this.page.url());
    return now.origin === new URL(this.house.url(host)).origin && (!path || now.pathname === path);
  }

  /** Fills in the fields by their names and sends the form. */
  async send(fields) {
    for (const [name, value] of Object.entries(fields)) {
      await this.page.locator(`[name="${name}"]:not([type=hidden])`).fill(value);
    }
    await this.page.locator("main form button.main").first().click();
    await this.page.waitForLoadState();
  }

  async signIn(username, password = PASSWORD) {
    if (!this.isAt("access", "/sign-in")) await this.open("access", "/sign-in");
    await this.send({ username, password });
  }

  async setUp(username, name) {
    await this.open("access");
    const secrets = { password: PASSWORD, repeated: PASSWORD };
    await this.send({ code: this.house.setUpCode, username, display_name: name, ...secrets });
  }

  /** On the page that shows the key: takes it into an authenticator and turns it on. */
  async enrol() {
    await this.page.locator("summary").click();
    this.authenticator = new Authenticator(await this.page.locator("#key").innerText());
    await this.send({ code: await this.authenticator.code() });
    this.recoveryCodes = await this.page.locator(".codes code").allInnerTexts();
  }

  async proveSecondFactor() {
    await this.send({ code: await this.authenticator.code() });
  }

  /** Follows a new member's one-time code to a password of their own; ends signed in. */
  async join(username, name, ...more) {
    await this.house.command("members", "add", username, "--name", name, ...more);
    const made = await this.house.command("members", "link", username, "--json");
    await this.open("access", "/welcome");
    await this.send({ code: JSON.parse(made).code });
    await this.send({ password: PASSWORD, repeated: PASSWORD });
  }

  async leave() {
    await this.context.close();
  }
}
