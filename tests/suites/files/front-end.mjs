// One front end in a real browser: signs in by the address, lives through webhooks and a lost connection, and is looked
// at in four views. Prints what was seen as JSON. `work` is a file with
// {url, key, fading, blind, rep, kpi, name, hooks}: each hook is {url, headers, body} and makes one more of the rep's KPI,
// `fading` is {key, url, headers}: a second key, and how to revoke it; `blind` is a key that may not see people.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [executablePath, pictures, work] = process.argv.slice(2);
const { url, key, fading, blind, rep, kpi, name, hooks } = JSON.parse(readFileSync(work, "utf8"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const views = [360, 1280].flatMap((width) => ["light", "dark"].map((colorScheme) => ({ width, colorScheme })));
const CATCH_UP = 6_000; // milliseconds after which a front end has read again what it may have missed
const PAUSE = 2_000; // milliseconds between two webhooks: what one stirs up on the service is not the next one's time
const browser = await chromium.launch({ executablePath, args });
const faults = [], foreign = [], errors = [], times = [];
const expect = (holds, text) => holds || faults.push(text);

/** A page of its own; everything that it asks for and complains of is noted. */
async function opened(hash, { width = 1280, colorScheme = "light", complains = true } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
  const page = await context.newPage();
  const note = (address) => new URL(address).host === new URL(url).host || foreign.push(address);
  page.on("request", (request) => note(request.url()));
  page.on("websocket", (socket) => note(socket.url()));
  if (complains) page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  return { page, go: () => page.goto(`${url}/${hash}`), close: () => context.close() };
}

const live = (page, state = "live") => page.waitForSelector(`[data-state="${state}"]`, { timeout: 30_000 });
const place = `[data-person]:has-text("${rep}") [data-kpi="${kpi}"] .value b`;
const value = async (page) => Number((await page.locator(place).innerText()).replaceAll(",", ""));
const post = async (hook) => (await fetch(hook.url, { method: "POST", headers: hook.headers, body: hook.body })).status;

/** Milliseconds until the board shows one more, counted from the webhook's answer; null where it never does. */
async function moved(page, hook) {
  const wanted = (await value(page)) + 1;
  const seen = page.waitForFunction(
    ([selector, text]) => [...document.querySelectorAll("[data-person]")].some((row) =>
      row.textContent.includes(selector[0]) && row.querySelector(selector[1])?.textContent.replaceAll(",", "") === text),
    [[rep, `[data-kpi="${kpi}"] .value b`], String(wanted)], { polling: 20, timeout: 15_000 },
  ).then(() => performance.now(), () => null);
  const status = await post(hook);
  const answered = performance.now();
  expect(status < 300, `the webhook was answered ${status}`);
  const at = await seen;
  return at === null ? null : Math.max(0, Math.round(at - answered));
}

// Live: without a reload, and after a connection that was lost while something happened.
const main = await opened(`#key=${key}`);
const sockets = [];
let isDown = false;
await main.page.routeWebSocket(/graphql/, (socket) => {
  if (isDown) return socket.close({ code: 1012 });
  socket.connectToServer();
  sockets.push(socket);
});
await main.go();
await live(main.page);
await main.page.waitForSelector(place);
await new Promise((resolve) => setTimeout(resolve, CATCH_UP));
await main.page.waitForLoadState("networkidle");
expect(!main.page.url().includes(key), "the key stays in the address");
await main.page.evaluate(() => { window.sameDocument = true; });
for (const hook of hooks.slice(1)) {
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
  times.push(await moved(main.page, hook));
}
isDown = true;
for (const socket of sockets) await socket.close({ code: 1012 });
await live(main.page, "reconnecting");
const before = await value(main.page);
await post(hooks[0]);
await new Promise((resolve) => setTimeout(resolve, 1500));
expect((await value(main.page)) === before, "the page was told of something while it was cut off");
isDown = false;
await live(main.page);
await main.page.waitForFunction(([text, row]) => [...document.querySelectorAll("[data-person]")].some((one) =>
  one.textContent.includes(row[0]) && one.querySelector(row[1])?.textContent.replaceAll(",", "") === text),
[String(before + 1), [rep, `[data-kpi="${kpi}"] .value b`]], { timeout: 20_000 })
  .catch(() => expect(false, "what happened while the connection was lost is not shown"));
expect(await main.page.evaluate(() => window.sameDocument === true), "the page was reloaded");
await main.close();

// A key that is none: said, and asked for again.
const stranger = await opened("#key=tl_nobody", { complains: false });
await stranger.go();
expect((await stranger.page.getByRole("alert").innerText()).includes("not valid"), "a wrong key is not called one");
await stranger.page.getByLabel("API key or token").fill(key);
await stranger.page.keyboard.press("Enter");
await live(stranger.page).catch(() => expect(false, "one cannot sign in after a wrong key"));
await stranger.close();

// A key that may not see people: it is said why, and another one can be given.
const narrow = await opened(`#key=${blind}`, { complains: false });
await narrow.go();
await narrow.page.getByRole("alert").filter({ hasText: "people:read" }).waitFor({ timeout: 15_000 })
  .catch(() => expect(false, "nobody is told what their key may not do"));
const leave = narrow.page.getByRole("button", { name: "Sign out" });
if (await leave.isVisible()) await leave.click();
await narrow.page.getByLabel("API key or token").fill(key);
await narrow.page.keyboard.press("Enter");
await live(narrow.page).catch(() => expect(false, "one cannot sign in after a key that may do too little"));
await narrow.close();

// A key that ends while the page is open.
const leaver = await opened(`#key=${fading.key}`, { complains: false });
await leaver.go();
await live(leaver.page);
const revoked = await fetch(fading.url, { method: "DELETE", headers: fading.headers });
expect(revoked.ok, `the key could not be revoked: ${revoked.status}`);
await leaver.page.getByRole("alert").filter({ hasText: "not valid" }).waitFor({ timeout: 15_000 })
  .catch(() => expect(false, "nobody is told that their key has ended"));
expect((await leaver.page.locator("[data-person]").count()) === 0, "the board stays after the key has ended");
await leaver.close();

for (const { width, colorScheme } of views) {
  const view = await opened(`#key=${key}`, { width, colorScheme });
  await view.go();
  await live(view.page);
  await view.page.waitForLoadState("networkidle");
  await view.page.screenshot({ path: `${pictures}/${name}-${width}-${colorScheme}.png`, fullPage: true });
  await view.page.evaluate(axe);
  const found = await view.page.evaluate(() => window.axe.run(document, { resultTypes: ["violations", "incomplete"] }));
  for (const one of [...found.violations, ...found.incomplete]) faults.push(`${width} ${colorScheme}: ${one.id}: ${one.nodes[0].html.slice(0, 300)}`);
  expect(await view.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${width}: wider than the screen`);
  const link = view.page.locator("[data-person] a").last();
  if (await link.count()) {
    await link.focus();
    await view.page.keyboard.press("Enter");
    const chosen = await link.innerText();
    await view.page.locator("h2", { hasText: chosen }).first().waitFor({ timeout: 10_000 }).catch(() => expect(false, "Enter on a rep shows no card"));
  }
  await view.close();
}
await browser.close();
console.log(JSON.stringify({ times, faults, foreign, errors }));
