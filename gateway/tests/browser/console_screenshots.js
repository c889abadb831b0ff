// Takes a picture of each place of the console, in both languages, at a desk and on a telephone, by
// day and by night, into the folder `screenshots`. For those who change a place to look at.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { foundCompany } from "./company.js";
import { innerPlaces, PLACES, visit } from "./console_places.js";
import { openHouse } from "./house.js";
import { arrive, openBrowser } from "./people.js";

const LOOKS = {
  "zh-desk": { locale: "zh-CN", viewport: { width: 1440, height: 900 } },
  "en-phone": { locale: "en-GB", viewport: { width: 390, height: 844 } },
  "en-desk-dark": { locale: "en-GB", viewport: { width: 1440, height: 900 }, colorScheme: "dark" },
  "zh-phone-dark": { locale: "zh-CN", viewport: { width: 390, height: 844 }, colorScheme: "dark" },
};
const folder = join(import.meta.dirname, "screenshots");
const wanted = process.argv.slice(2);

const house = await openHouse();
const browser = await openBrowser();
try {
  await mkdir(folder, { recursive: true });
  const founder = await arrive(browser, house, LOOKS["zh-desk"]);
  await founder.setUp("zhang.wei", "张伟");
  await foundCompany(house);
  await founder.open("wiki");
  const places = { ...PLACES, ...(await innerPlaces(founder)) };
  const state = await founder.context.storageState();
  for (const [look, options] of Object.entries(LOOKS)) {
    const person = await arrive(browser, house, { ...options, storageState: state });
    for (const [place, at] of Object.entries(places).filter(([name]) => wanted.length === 0 || wanted.includes(name))) {
      await visit(person, at);
      await person.page.waitForTimeout(300);
      await person.page.screenshot({ path: join(folder, `console-${place}.${look}.png`), animations: "disabled" });
    }
    for (const complaint of person.complaints) console.log(look, complaint);
    await person.leave();
  }
} finally {
  await browser.close();
  await house.close();
}
