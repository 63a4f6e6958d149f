// Opens a report in Chromium and prints one JSON object of what is wrong with it: requests it made, errors it logged,
// axe's violations, text that overflows a narrow screen, how many pages it prints on.
// Usage: node check.mjs REPORT.html CHROMIUM [FOLDER FOR PICTURES]
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [report, executablePath, pictures] = process.argv.slice(2);
const address = pathToFileURL(report).href;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath, args: quiet });
const found = { requests: [], errors: [], dialogs: [], violations: [], overflow: {}, passes: 0 };

async function open(width, media) {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  page.on("request", (request) => {
    if (request.url() !== address && !request.url().startsWith("data:")) found.requests.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") found.errors.push(message.text());
  });
  page.on("pageerror", (error) => found.errors.push(String(error)));
  page.on("dialog", (dialog) => { found.dialogs.push(dialog.message()); return dialog.dismiss(); });
  if (media) await page.emulateMedia(media);
  await page.goto(address, { waitUntil: "load" });
  return page;
}

async function judge(page, where) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"],
  }));
  found.passes += result.passes.length;
  for (const { id, impact, help, nodes } of result.violations) {
    found.violations.push({ where, id, impact, help, count: nodes.length, first: nodes[0].html.slice(0, 200) });
  }
}

async function photograph(page, name) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  for (const section of await page.locator("main > section").all()) {
    await section.screenshot({ path: `${pictures}/${name}-${await section.getAttribute("id")}.png` });
  }
}

for (const width of [1280, 320]) {
  const page = await open(width);
  found.overflow[width] = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await judge(page, `${width} px`);
  await photograph(page, `${width}`);
  await page.close();
}
const printed = await open(1280, { media: "print" });
const pdf = await printed.pdf({ format: "A4", preferCSSPageSize: true, path: pictures ? `${pictures}/report.pdf` : undefined });
found.printed = { bytes: pdf.length, pages: (pdf.toString("latin1").match(/\/Type\s*\/Page\b/g) ?? []).length };
await browser.close();
console.log(JSON.stringify(found));
