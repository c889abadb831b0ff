// What can be told of the watermark from outside: it draws in a closed shadow root.

export const OVERLAY = "html > div[popover=manual][aria-hidden=true]";

/** How far apart the lightest and the darkest point of a picture are, 0 to 255; 0 if it is empty. */
export async function contrast(browser, png) {
  const page = await browser.newPage();
  const apart = await page.evaluate(async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, image.width, image.height);
    const greens = data.filter((_, index) => index % 4 === 1);
    return greens.reduce((a, b) => Math.max(a, b)) - greens.reduce((a, b) => Math.min(a, b));
  }, `data:image/png;base64,${png.toString("base64")}`);
  await page.close();
  return apart;
}
