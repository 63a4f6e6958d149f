// Opens a what-if page in Chromium, moves a lever by keyboard, and prints one JSON object: what is wrong in light and dark,
// whether the answers moved, were spoken and came back. Usage: node whatif.mjs PAGE.html CHROMIUM [FOLDER FOR PICTURES]
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [file, executablePath, pictures] = process.argv.slice(2);
const address = pathToFileURL(file).href;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--no-first-run"] });
const found = { requests: [], errors: [], dialogs: [], violations: [], passes: 0 };
if (pictures) mkdirSync(pictures, { recursive: true });

for (const [width, colorScheme] of [[1280, "light"], [1280, "dark"], [375, "light"], [375, "dark"]]) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
  const page = await context.newPage();
  page.on("request", (one) => one.url() !== address && !one.url().startsWith("data:") && found.requests.push(one.url()));
  page.on("pageerror", (error) => found.errors.push(String(error)));
  page.on("dialog", (dialog) => { found.dialogs.push(dialog.message()); return dialog.dismiss(); });
  await page.goto(address, { waitUntil: "load" });
  const answers = () => page.locator(".answers tbody").first().innerText();
  const before = await answers();
  await page.locator("#levers input[type=range]").first().focus();
  for (let press = 0; press < 20; press++) await page.keyboard.press("ArrowRight");
  await page.waitForTimeout(600);
  found.moved = (await answers()) !== before;
  found.spoken = /^(Clearly|Nothing)/.test(await page.locator("#said").innerText());
  if (pictures) await page.screenshot({ path: `${pictures}/${width}-${colorScheme}.png`, fullPage: true });
  await page.evaluate(axe);
  const judged = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  found.passes += judged.passes.length;
  for (const { id, help, nodes } of judged.violations) {
    found.violations.push({ where: `${width} ${colorScheme}`, id, help, first: nodes[0].html.slice(0, 200) });
  }
  await page.locator("#back").click();
  found.back = (await answers()) === before;
  await context.close();
}
await browser.close();
console.log(JSON.stringify(found));
