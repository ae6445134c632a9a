// Opens briefs as a phone, a screen and paper show them; prints what was seen of each view as JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [executablePath, pictures, key, ...urls] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const views = [
  { name: "phone", width: 390, colorScheme: "light" },
  { name: "phone-dark", width: 390, colorScheme: "dark" },
  { name: "desktop", width: 1280, colorScheme: "light" },
  { name: "desktop-dark", width: 1280, colorScheme: "dark" },
  { name: "print", width: 1280, colorScheme: "light", media: "print" },
];

const browser = await chromium.launch({ executablePath, args });
const seen = [];
for (const [number, url] of urls.entries()) {
  for (const { name, width, colorScheme, media } of views) {
    const context = await browser.newContext({
      viewport: { width, height: 844 }, colorScheme,
      extraHTTPHeaders: { Authorization: `Bearer ${key}`, Accept: "text/html" },
    });
    const page = await context.newPage();
    const asked = [], refused = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("console", (message) => message.type() === "error" && refused.push(message.text()));
    const answer = await page.goto(url);
    if (answer.status() !== 200) throw new Error(`${url}: ${answer.status()}`);
    if (media) await page.emulateMedia({ media });
    const picture = `${pictures}/brief-${number}-${name}`;
    await page.screenshot({ path: `${picture}.png`, fullPage: true });
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations", "incomplete"] }));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    const styled = await page.evaluate(() => getComputedStyle(document.body).maxWidth !== "none" || matchMedia("print").matches);
    let pages = 1;
    if (media) {
      const pdf = await page.pdf({ path: `${picture}.pdf`, preferCSSPageSize: true, printBackground: true });
      pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g).length;
    }
    seen.push({
      url, name, pages, wide,
      violations: [...found.violations, ...found.incomplete].map((one) => `${one.id}: ${one.nodes[0].html}`),
      foreign: asked.filter((one) => one !== url),
      refused: styled ? refused.filter((text) => !text.includes("favicon")) : ["the page's own style", ...refused],
    });
    await context.close();
  }
}
await browser.close();
console.log(JSON.stringify(seen.map((one) => Object.fromEntries(
  Object.entries(one).map(([name, value]) => [name, Array.isArray(value) && !value.length ? null : value])))));
