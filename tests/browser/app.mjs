// Drives the page of `caremarket app` in Chromium as a person would, by keyboard where it matters, and prints one JSON
// object of what happened: requests that left the machine, errors, axe's violations, text that overflows, what was shown.
// Usage: node app.mjs ADDRESS CHROMIUM FUTURES FOLDER
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [address, executablePath, futures, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath, args: quiet });
const found = { outside: [], errors: [], dialogs: [], violations: [], overflow: {}, seconds: {} };
mkdirSync(folder, { recursive: true });

async function visit(width = 1280) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(60000);
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:"].includes(url.protocol) && url.hostname !== "127.0.0.1") found.outside.push(request.url());
  });
  page.on("console", (message) => { if (message.type() === "error") found.errors.push(message.text()); });
  page.on("pageerror", (error) => found.errors.push(String(error)));
  page.on("dialog", (dialog) => { found.dialogs.push(dialog.message()); return dialog.dismiss(); });
  await page.goto(address, { waitUntil: "load" });
  await page.waitForFunction(() => document.querySelector("#start option"));
  return page;
}

async function judge(page, where) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"],
  }));
  for (const { id, impact, help, nodes } of result.violations) {
    found.violations.push({ where, id, impact, help, count: nodes.length, first: nodes[0].html.slice(0, 300) });
  }
  found.overflow[where] = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

const status = (page) => page.locator("#status").innerText();
const settled = (page) => page.waitForFunction(() => !document.documentElement.classList.contains("shiny-busy"));

async function add(page, start) {
  await page.selectOption("#start", start);
  const before = await page.locator("#editing option").count();
  await page.focus("#add");
  await page.keyboard.press("Enter");
  await page.waitForFunction((count) => document.querySelectorAll("#editing option").length > count, before);
  await settled(page);
}

async function move(page, group, lever, value) {
  const name = lever.replace(/\./g, "_");
  await page.evaluate((head) => {
    for (const one of document.querySelectorAll("details")) if (one.innerText.startsWith(head)) one.open = true;
  }, group);
  const control = page.locator(`[id^="lever_"][id$="_${name}"]`);
  await control.waitFor();
  if ((await control.evaluate((one) => one.tagName)) === "SELECT") await control.selectOption(value);
  else { await control.fill(value); await page.keyboard.press("Tab"); }
  await page.waitForFunction(
    ([one, text]) => document.querySelector("#draft").innerText.match(new RegExp(`${one}: .* → ${text}`)), [lever, value]);
}

const page = await visit();
await add(page, "collaborative.yaml");
await page.screenshot({ path: `${folder}/begun.png`, fullPage: true });
await move(page, "Community", "community.connectors_fte", "20");
await move(page, "Fees", "fee.level", "1.05");
await move(page, "Employment", "employment.wage_floor", "13.5");
await page.fill('[id^="title_"]', '=HYPERLINK("http://x") <img src=x onerror=alert(1)>');
await page.keyboard.press("Tab");
await add(page, "block.yaml");
await page.selectOption("#editing", "policy-1");
await settled(page);
await page.waitForFunction(() => /Moved, against collaborative/.test(document.querySelector("#draft").innerText));
found.draft = await page.locator("#draft").innerText();
await settled(page);
found.shown = await page.inputValue('[id^="lever_"][id$="_community_connectors_fte"]');
await page.fill("#futures", futures);
await page.keyboard.press("Tab");
const began = Date.now();
await page.click("#simulate");
await page.waitForFunction(() => /Simulated: [1-9]/.test(document.querySelector("#status").innerText), null, { timeout: 300000 });
found.seconds.first = (Date.now() - began) / 1000;
found.first = await status(page);
await page.waitForFunction(() => /Done|fault|refuse|cannot/.test(document.querySelector("#status").innerText), null, { timeout: 600000 });
found.seconds.all = (Date.now() - began) / 1000;
found.last = await status(page);
await page.waitForSelector("#answer table");
await judge(page, "1280");
await page.screenshot({ path: `${folder}/answer.png`, fullPage: true });
for (const tab of ["Over time", "Who pays", "Who gains"]) {
  await page.getByRole("tab", { name: tab }).click();
  await settled(page);
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${folder}/${tab.replace(" ", "-").toLowerCase()}.png`, fullPage: true });
  await judge(page, tab);
}
await page.getByRole("tab", { name: "The market moving" }).click();
await page.click("#watch");
await page.waitForSelector("#market svg", { timeout: 120000 });
await page.click("#play");
await page.waitForFunction(() => Number(document.querySelector("#week").value) >= 4);
await page.click("#play");
await page.screenshot({ path: `${folder}/market.png`, fullPage: true });
await judge(page, "The market moving");
await page.getByRole("tab", { name: "Keep" }).click();
for (const id of ["file", "place_files", "brief", "report", "workbook", "results"]) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(`#${id}`)]);
  await download.saveAs(`${folder}/${id}-${download.suggestedFilename()}`);
}
const narrow = await visit(375);
await add(narrow, "block.yaml");
await judge(narrow, "375");
await narrow.screenshot({ path: `${folder}/narrow.png`, fullPage: true });
found.other = { policies: await narrow.locator("#editing option").count(), status: await status(narrow) };
await narrow.fill("#futures", "200");
await narrow.keyboard.press("Tab");
await narrow.click("#simulate");
await narrow.waitForTimeout(3000);
await narrow.close();
await page.click("#undo");
await browser.close();
console.log(JSON.stringify(found));
