// Opens pictures of the API alone and within a page, narrow and wide, light and dark; prints what was seen as JSON.
// axe cannot tell the contrast of text in an SVG; a unit test computes it from the colours.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [executablePath, pictures, base, asked] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath, args });
const seen = [];
for (const [key, path] of JSON.parse(asked)) {
  for (const width of [390, 1280]) {
    const shots = [];
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({
        viewport: { width, height: 844 }, colorScheme, extraHTTPHeaders: { Authorization: `Bearer ${key}` },
      });
      const page = await context.newPage();
      const requests = [];
      page.on("request", (request) => requests.push(request.url()));
      const answer = await page.goto(base + path);
      if (answer.status() !== 200) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
      const foreign = requests.filter((url) => url !== base + path);
      const name = path.slice(4, path.indexOf(".svg"));
      shots.push((await page.screenshot({ path: `${pictures}/${name}-${width}-${colorScheme}.png` })).toString("base64"));
      const svg = await answer.text();
      await page.goto("about:blank");
      await page.setContent(`<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width">
        <meta name="color-scheme" content="light dark"><title>${name}</title></head>
        <body><main><h1>${name}</h1>${svg}</main></body></html>`);
      await page.evaluate(axe);
      const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations", "incomplete"] }));
      const unnamed = await page.evaluate(() => ["title", "desc"].filter((part) =>
        !document.querySelector(`svg > ${part}`)?.textContent.trim()));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
      seen.push({
        path, width, colorScheme, wide, foreign, unnamed, same: shots.length === 2 && shots[0] === shots[1],
        violations: [...found.violations, ...found.incomplete.filter((one) => one.id !== "color-contrast")].map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`),
      });
      await context.close();
    }
  }
}
await browser.close();
console.log(JSON.stringify(seen.map((one) => Object.fromEntries(
  Object.entries(one).map(([name, value]) => [name, Array.isArray(value) && !value.length ? null : value])))));
