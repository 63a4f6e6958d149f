// Does on the page of `caremarket app` what a page of the documentation says, and takes its pictures.
// Usage: node steps.mjs ADDRESS CHROMIUM FOLDER STEPS, the last as JSON: [[verb, name, value] …]
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [address, executablePath, folder, steps] = process.argv.slice(2);
const WIDE = { width: 1180, height: 860 }, NARROW = { width: 390, height: 780 };
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--no-first-run"] });
const context = await browser.newContext({ viewport: WIDE, acceptDownloads: true });
const page = await context.newPage();
page.setDefaultTimeout(900000);
mkdirSync(folder, { recursive: true });
await page.goto(address);
await page.waitForFunction(() => document.querySelector("#start option"));

const settled = () => page.waitForFunction(() => !document.documentElement.classList.contains("shiny-busy"));
const held = (name) => page.getByLabel(name).filter({ visible: true }).first();

const does = {
  press: (name) => page.getByRole("button", { name, exact: true }).click(),
  async choose(name, value) {
    const options = await held(name).locator("option").evaluateAll((all) => all.map((one) => [one.value, one.label]));
    await held(name).selectOption(options.find(([id, label]) => id === value || label.includes(value))[0]);
    await page.waitForTimeout(2000);
    await settled();
  },
  open: (name) => page.locator("summary, [role=tab]").filter({ hasText: new RegExp(`^${name}$`) }).click(),
  async set(name, value) {
    await held(name).fill(value);
    await page.keyboard.press("Tab");
  },
  async wait(text) {
    await page.getByText(text).or(page.getByText("Not simulated")).filter({ visible: true }).first().waitFor();
    const status = await page.locator("#status").innerText();
    if (status.startsWith("Not simulated")) throw new Error(status);
  },
  async take(name) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name, exact: true }).click()]);
    await download.saveAs(`${folder}/${download.suggestedFilename()}`);
  },
  async picture(name) {
    const narrow = name === "phone";
    await page.setViewportSize(narrow ? NARROW : WIDE);
    await page.emulateMedia({ colorScheme: narrow ? "dark" : "light" });
    await page.locator(name === "moved" ? "#draft" : "h1").scrollIntoViewIfNeeded();
    if (name === "moved") await page.locator("#draft h3").first().evaluate((one) => one.scrollIntoView());
    await page.waitForTimeout(600);
    await page.screenshot({ path: `${folder}/${name}.png` });
  },
};

for (const [verb, name, value] of JSON.parse(steps)) {
  await does[verb](name, value);
  await page.waitForTimeout(300);
  await settled();
}
await browser.close();
