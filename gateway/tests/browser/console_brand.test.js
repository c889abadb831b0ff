// The brand in the console: what is set there is what people see when they sign in.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { deflateSync, crc32 } from "node:zlib";

import { barriers } from "./barriers.js";
import { openHouse } from "./house.js";
import { arrive, openBrowser } from "./people.js";
import { until } from "./until.js";

const DESK = { viewport: { width: 1440, height: 900 } };

let house, browser, owner, page;

before(async () => {
  house = await openHouse();
  browser = await openBrowser();
  owner = await arrive(browser, house, DESK);
  page = owner.page;
  await owner.setUp("zhang.wei", "张伟");
});

after(async () => {
  await browser?.close();
  await house?.close();
});

/** A PNG of one colour, as small as one can be written (RFC 2083). */
function png(width, height) {
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const numbers = Buffer.alloc(8);
    numbers.writeUInt32BE(data.length, 0);
    numbers.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.alloc(1 + 3 * width, 0x60);
  row[0] = 0;
  const rows = deflateSync(Buffer.concat(Array(height).fill(row)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]);
}

async function upload(name, file) {
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("button", { name: `Upload: ${name}`, exact: true }).click(),
  ]);
  await chooser.setFiles(file);
}

test("pictures are uploaded, shown to whoever signs in, and taken away again", async () => {
  const [logo, wide, text] = ["logo.png", "wide.png", "logo.svg"].map((name) => join(house.folder, name));
  await writeFile(logo, png(480, 120));
  await writeFile(wide, png(900, 1200));
  await writeFile(text, "<svg xmlns='http://www.w3.org/2000/svg'/>");
  await owner.open("access", "/console/brand");
  await upload("Logo", text);
  await page.getByText(/not SVG|cannot be read as a picture/).first().waitFor();
  await upload("Logo", logo);
  await page.getByRole("img", { name: "Logo", exact: true }).waitFor();
  await upload("Picture of the sign-in page", wide);
  await page.getByRole("img", { name: "Picture of the sign-in page" }).waitFor();
  assert.deepEqual([...owner.complaints.filter((one) => !one.includes("422")), ...(await barriers(page))], []);

  const visitor = await arrive(browser, house, DESK);
  const shown = await until("the page shows pictures", async () => {
    await visitor.open("access", "/sign-in");
    const images = await visitor.page.evaluate(() =>
      [...document.images].map((one) => [one.className, one.naturalWidth > 0 && one.offsetWidth > 0]),
    );
    return images.length > 0 && images;
  });
  assert.deepEqual(shown, [["illustration", true], ["logo", true]]);
  assert.deepEqual([...visitor.complaints, ...(await barriers(visitor.page))], []);
  await visitor.leave();

  await page.getByRole("button", { name: "Back to default: Logo", exact: true }).click();
  await page.getByRole("img", { name: "Logo", exact: true }).waitFor({ state: "detached" });
});

test("the page itself is seen while its brand is written, and offers what is chosen in its order", async () => {
  await owner.open("access", "/console/brand");
  const preview = page.frameLocator("iframe");
  await preview.getByRole("heading", { name: "Sign in", includeHidden: true }).waitFor();
  await page.getByLabel("Heading of the sign-in page (English)").fill("Staff <only>");
  await preview.getByRole("heading", { name: "Staff <only>", includeHidden: true }).waitFor();
  await preview.locator("#password").waitFor();
  await page.getByRole("button", { name: "Move up: One-time code from an administrator" }).click();
  await preview.locator("#code").waitFor();
  await page.getByRole("checkbox", { name: "Name and password" }).uncheck();
  await preview.getByText("Already have a password?").waitFor({ state: "detached" });
  assert.ok(await page.getByRole("checkbox", { name: /One-time code/ }).isDisabled(), "one of them stays");
  assert.deepEqual([...owner.complaints, ...(await barriers(page))], []);
  await page.getByRole("button", { name: /Save$/ }).click();
  await page.getByText("Saved; it takes effect").waitFor();

  const visitor = await arrive(browser, house, DESK);
  await until("the page is headed as it was written", async () => {
    await visitor.open("access", "/sign-in");
    return (await visitor.heading()) === "Staff <only>";
  });
  await visitor.page.locator("#code").waitFor();
  assert.equal(await visitor.page.locator("a[href*='with=password']").count(), 0);
  await visitor.leave();
});
