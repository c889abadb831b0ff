// Mail is set up and tried out in the console, and a code reaches the person whom it is for.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { barriers } from "./barriers.js";
import { foundCompany } from "./company.js";
import { openHouse } from "./house.js";
import { openMailServer } from "./mail_server.js";
import { arrive, openBrowser, PASSWORD } from "./people.js";

let house, browser, owner, page, mails;

before(async () => {
  house = await openHouse();
  browser = await openBrowser();
  mails = await openMailServer();
  owner = await arrive(browser, house, { viewport: { width: 1440, height: 900 } });
  page = owner.page;
  await owner.setUp("zhang.wei", "张伟");
  await foundCompany(house);
});

after(async () => {
  mails?.close();
  await browser?.close();
  await house?.close();
});

const button = (name, within = page) => within.getByRole("button", { name: new RegExp(`(^|\\s)${name}$`) });
const field = (name) => page.getByLabel(name, { exact: true });

async function nothingInTheWay(where) {
  assert.deepEqual([...owner.complaints, ...(await barriers(page))], [], where);
}

test("a mail server is set, and what it says to a test is shown", async () => {
  await owner.open("access", "/console/messages");
  await page.getByText("No mail server is set").waitFor();
  await nothingInTheWay("before anything is set");
  await button("Set it up").click();
  await field("Provider").click();
  await page.locator(".ant-select-item-option", { hasText: "Feishu Mail" }).click();
  assert.equal(await field("Server").inputValue(), "smtp.feishu.cn");
  await field("Server").fill("127.0.0.1");
  await field("Port").fill(String(mails.port));
  await field("Sent from").fill("gate@b@c.example");
  await field("User name").fill("gate");
  await button("Save").click();
  await page.getByText(/is not a mail address/).waitFor();
  await page.getByText(/the secret is missing/).waitFor();
  await nothingInTheWay("what is wrong is told at its field");
  await field("User name").fill("");
  await field("Security").click();
  await page.locator(".ant-select-item-option", { hasText: "None" }).click();
  await field("Sent from").fill("gate@example.com");
  await button("Save").click();
  await page.getByText("Saved; it takes effect on every node").waitFor();
  await field("To this mail address").fill("ops@example.com");
  await button("Send a test").click();
  await page.getByText("It was taken").waitFor();
  await page.getByText(/queued as 7F3A/).waitFor();
  assert.match((await mails.mail()).subject, /a test mail/);
  await nothingInTheWay("after a test");
});

test("a code goes to the member, who sets a password with it, and nobody else sees it", async () => {
  await owner.open("access", "/console/members");
  await page.getByText("李娜").first().click();
  const drawer = page.locator(".ant-drawer-section").last();
  await drawer.getByRole("tab", { name: "Account" }).click();
  await button("Mail a code", drawer).click();
  await page.getByText(/The code goes to li.na@example.com/).waitFor();
  const question = page.locator(".ant-modal-confirm");
  assert.doesNotMatch(await question.innerText(), /ends at once/, "she has no password yet");
  await question.getByRole("radio", { name: "中文" }).check();
  await question.locator(".ant-modal-confirm-btns").getByRole("button", { name: "Mail a code" }).click();
  const mail = await mails.mail();
  assert.match(mail.subject, /设置密码的验证码/);
  assert.deepEqual(mail.to, ["li.na@example.com"]);
  const code = mail.text.match(/[0-9A-Z]{4}(-[0-9A-Z]{4}){3}/)[0];
  assert.match(mail.text, /access\.gate\.localhost/);
  assert.ok(!(await page.content()).includes(code));
  const lina = await arrive(browser, house);
  await lina.open("access", "/welcome");
  await lina.send({ code });
  await lina.send({ password: PASSWORD, repeated: PASSWORD });
  assert.ok(lina.isAt("access", "/"), lina.page.url());
  await lina.leave();
  await owner.open("access", "/console/messages?tab=log");
  const row = page.getByRole("row", { name: /li\.na@example\.com/ });
  await row.getByText("Sent", { exact: true }).waitFor();
  await nothingInTheWay("the log");
});

test("an SMS service asks for what it needs", async () => {
  await owner.open("access", "/console/messages?tab=sms");
  await button("Set it up").click();
  await field("AccessKey ID").fill("LTAI");
  await field("AccessKey Secret").fill("secret");
  await field("Signature (签名)").fill("示例公司");
  await button("Save").click();
  await page.getByText(/this service sends registered texts only/).waitFor();
  await button("Add a template").click();
  await field("What the service calls it").fill("SMS_1");
  await nothingInTheWay("the form for SMS");
  await button("Save").click();
  await page.getByText("Saved; it takes effect on every node").waitFor();
  const kept = await page.evaluate(() => fetch("/api/v1/senders/sms").then((answer) => answer.text()));
  assert.match(kept, /SMS_1/);
  assert.doesNotMatch(kept, /"secret"/);
  await button("Stop sending").click();
  await page.locator(".ant-modal-confirm-btns").getByRole("button", { name: "Stop sending" }).click();
  await page.getByText("No SMS service is set").waitFor();
});
