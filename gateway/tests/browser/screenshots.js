// Takes a picture of each page a person can meet, in both languages, at a desk and on a telephone,
// by day and by night, into the folder `screenshots`. For those who change a page to look at.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { openHouse } from "./house.js";
import { arrive, openBrowser, PASSWORD } from "./people.js";

const LOOKS = {
  "zh-desk": { locale: "zh-CN", viewport: { width: 1280, height: 800 } },
  "en-phone-dark": { locale: "en-GB", viewport: { width: 390, height: 844 }, colorScheme: "dark" },
  "zh-phone": { locale: "zh-CN", viewport: { width: 390, height: 844 } },
  "en-desk-dark": { locale: "en-GB", viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
};
const folder = join(import.meta.dirname, "screenshots");

const house = await openHouse();
const browser = await openBrowser();
try {
  await mkdir(folder, { recursive: true });
  await setUp();
  for (const look of Object.keys(LOOKS)) await live(look);
} finally {
  await browser.close();
  await house.close();
}

function camera(person, look) {
  return (name) => {
    const path = join(folder, `${name}.${look}.png`);
    return person.page.screenshot({ path, fullPage: true, animations: "disabled" });
  };
}

async function setUp() {
  for (const look of ["en-phone-dark", "en-desk-dark", "zh-phone"]) {
    const passer = await arrive(browser, house, LOOKS[look]);
    await passer.open("access");
    await camera(passer, look)("01-set-up");
    await passer.leave();
  }
  const first = await arrive(browser, house, LOOKS["zh-desk"]);
  const take = camera(first, "zh-desk");
  await first.open("access");
  await take("01-set-up");
  await first.send({ code: "AAAA-AAAA-AAAA-AAAA", username: "-", display_name: "张", password: PASSWORD, repeated: PASSWORD });
  await take("02-set-up-refused");
  await first.setUp("zhang.wei", "张伟");
  await first.enrol();
  await first.page.locator("a.button.main").click();
  await take("03-portal-empty-owner");
  await first.leave();
}

/** Somebody joins, sees everything, and leaves. */
async function live(look) {
  const username = `li.na.${look}`;
  const person = await arrive(browser, house, LOOKS[look]);
  const take = camera(person, look);
  const { page } = person;
  await house.command("members", "add", username, "--name", look.startsWith("zh") ? "李娜" : "Li Na", "--email", `${username}@example.com`, "--mobile", "+8613800138000");
  const { code } = JSON.parse(await house.command("members", "link", username, "--json"));
  await person.open("access", "/welcome");
  await take("10-welcome");
  await person.send({ code: "AAAA-AAAA-AAAA-AAAA" });
  await take("11-welcome-refused");
  await person.send({ code });
  await take("12-new-password");
  await person.send({ password: "1234567890", repeated: "1234567890" });
  await take("13-new-password-refused");
  await person.send({ password: PASSWORD, repeated: PASSWORD });
  if (look === Object.keys(LOOKS)[0]) {
    await take("14-portal-empty");
    await house.publishDemos();
    await house.publish("ruin", "旧报表系统", "Old reports", "127.0.0.1:9", 'description = { zh-CN = "2019 年以前的财务与人事报表，只读，每月归档一次，数据仅供内部参考。", en = "Finance and personnel reports from before 2019, read only, archived monthly." }');
    const list = await house.denyAddresses("everywhere-near", "127.0.0.0/8");
    await house.publish("vault", "保险库", "Vault", house.echoAddress, `ip_lists = ["${list}"]\non_portal = false`);
    await house.setWatermark("enabled = true\n");
    await house.apply("closed", `hosts = ["closed.gate.localhost"]\nname = { zh-CN = "财务", en = "Finance" }\npool = { upstreams = [{ address = "${house.echoAddress}" }] }\n[access]\nkind = "rules"\nrules = []\n`);
  }
  await person.open("access");
  await take("15-portal");
  await person.open("access", "/account");
  await take("16-account");
  await person.open("access", "/account/authenticator?to=%2Faccount");
  await take("17-confirm-or-authenticator");
  if (await page.locator("#password").count()) await person.send({ password: PASSWORD });
  await page.locator("summary").click();
  await take("18-authenticator");
  await person.send({ code: "000000" });
  await take("19-authenticator-refused");
  await person.enrol();
  await take("20-recovery-codes");
  await page.locator("a.button.main").click();
  await take("21-account-with-authenticator");
  await person.open("access", "/account/password");
  await take("22-password");
  await person.open("access", "/no-such-page");
  await take("23-own-page-not-found");
  for (const path of ["/pages/welcome", "/live", "/strict", "/pages/rooms/edit"]) {
    await person.open("wiki", path);
    await page.waitForTimeout(300);
    await take(`30-wiki${path.replaceAll("/", "-")}`);
  }
  await person.open("echo");
  await take("31-echo");
  await person.open("ruin");
  await take("40-application-down");
  await person.open("vault");
  await take("41-address-refused");
  await person.open("nowhere");
  await take("42-unknown-host");
  await page.goto(house.url("wiki").replace("wiki", "closed"));
  await take("43-forbidden");
  await person.open("access", "/sign-out");
  await take("50-sign-out");
  await page.locator("main button.main").click();
  await take("51-signed-out");
  await person.open("access", "/sign-in");
  await take("52-sign-in");
  await person.signIn(username, "wrong");
  await take("53-sign-in-refused");
  await person.signIn(username);
  await take("54-second-factor");
  await person.send({ code: "000000" });
  await take("55-second-factor-refused");
  await page.locator(".aside a").first().click();
  await take("56-recovery-code");
  console.log(look, person.complaints);
  await person.leave();
}
