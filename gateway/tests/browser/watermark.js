// What can be told of the watermark from outside: it draws in a closed shadow root.

export const OVERLAY = "html > div[popover=manual][aria-hidden=true]";

/** How many colours a picture has; an empty area of a page has one. */
export async function countColours(browser, png) {
  const page = await browser.newPage();
  const count = await page.evaluate(async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, image.width, image.height);
    return new Set(new Uint32Array(data.buffer)).size;
  }, `data:image/png;base64,${png.toString("base64")}`);
  await page.close();
  return count;
}
