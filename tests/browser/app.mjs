// Drives the page of `caremarket app` in Chromium as a person would, a second visit beside it, a third by keyboard alone,
// and prints one JSON object of what happened: requests that left the machine, errors, axe's violations, text that
// overflows, what was shown, what no key reached.
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

// Whatever has another policy shown is followed by inputs of its own: read before they are there, the former policy's
// are found, or those of one passed by on the way.
async function anew(page, act) {
  const before = await page.evaluate(() => document.querySelector('[id^="lever_"]')?.id ?? "");
  await act();
  await page.waitForFunction((id) => (document.querySelector('[id^="lever_"]')?.id ?? id) !== id, before);
  await settled(page);
}

async function add(page, start) {
  await page.selectOption("#start", start);
  await anew(page, async () => {
    await page.focus("#add");
    await page.keyboard.press("Enter");
  });
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


async function finished(page) {
  await page.waitForFunction(() => /Done|Not simulated/.test(document.querySelector("#status").innerText), null,
    { timeout: 600000 });
  return status(page);
}

async function simulate(page) {
  await page.fill("#futures", futures);
  await page.keyboard.press("Tab");
  await page.click("#simulate");
}

async function keep(page, id, as = id) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(`#${id}`)]);
  await download.saveAs(`${folder}/${as}-${download.suggestedFilename()}`);
}

const page = await visit();
await add(page, "collaborative.yaml");
await move(page, "Community", "community.connectors_fte", "20");
await move(page, "Fees", "fee.level", "1.05");
await move(page, "Employment", "employment.wage_floor", "13.5");
await page.fill('[id^="title_"]', '=HYPERLINK("http://x") <img src=x onerror=alert(1)>');
await page.keyboard.press("Tab");
await add(page, "block.yaml");
await anew(page, () => page.selectOption("#editing", "policy-1"));
await page.waitForFunction(() => /Moved, against collaborative/.test(document.querySelector("#draft").innerText));
await page.waitForFunction(() => document.querySelector('[id^="lever_"][id$="_community_connectors_fte"]')?.value === "20")
  .catch(() => {}); // what is shown instead is told below
await settled(page);
found.draft = await page.locator("#draft").innerText();
found.shown = await page.inputValue('[id^="lever_"][id$="_community_connectors_fte"]');

const other = await visit(375);
await add(other, "block.yaml");
await judge(other, "375");
await other.screenshot({ path: `${folder}/narrow.png`, fullPage: true });
await simulate(other);

const began = Date.now();
await simulate(page);
await page.waitForFunction(() => /^(Simulated: [1-9]|Not simulated)/.test(document.querySelector("#status").innerText), null, { timeout: 600000 });
found.seconds.first = (Date.now() - began) / 1000;
found.first = await status(page);
found.last = await finished(page);
found.seconds.all = (Date.now() - began) / 1000;
await page.waitForSelector("#answer table");
await judge(page, "1280");
await page.screenshot({ path: `${folder}/answer.png`, fullPage: true });
await page.emulateMedia({ colorScheme: "dark" });
await page.waitForTimeout(1000); // colours of buttons take a part of a second to change
await judge(page, "dark");
await page.screenshot({ path: `${folder}/dark.png` });
await page.emulateMedia({ colorScheme: "light", media: "print" });
found.printed = await page.evaluate(() => ["#answer table", "#add"].map((one) => document.querySelector(one).checkVisibility()));
await page.emulateMedia({ media: "screen" });
for (const tab of ["Over time", "Who pays", "Who gains"]) {
  await page.getByRole("tab", { name: tab }).click();
  await settled(page);
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${folder}/${tab.replace(" ", "-").toLowerCase()}.png`, fullPage: true });
  await judge(page, tab);
}
await page.getByRole("tab", { name: "Two lives" }).click();
await page.click("#tell_story");
await page.waitForSelector("#story table", { timeout: 600000 });
await page.screenshot({ path: `${folder}/lives.png`, fullPage: true });
await judge(page, "Two lives");
await page.getByRole("tab", { name: "The market moving" }).click();
await page.click("#watch");
await page.waitForSelector("#market svg", { timeout: 120000 });
await page.click("#play");
await page.waitForFunction(() => Number(document.querySelector("#week").value) >= 4);
await page.click("#play");
await page.screenshot({ path: `${folder}/market.png`, fullPage: true });
await judge(page, "The market moving");
await page.getByRole("tab", { name: "Keep" }).click();
for (const id of ["file", "place_files", "brief_html", "brief_docx", "report_html", "workbook", "results"]) await keep(page, id);
await judge(page, "Keep");
found.pictures_without_words = await page.evaluate(() => [...document.querySelectorAll("svg, img")]
  .filter((one) => !one.getAttribute("aria-label") && !one.alt && !one.closest('[aria-hidden="true"]')).length);

await page.getByRole("button", { name: "Take back employment.wage_floor from 1 April 2024" }).click();
await page.waitForFunction(() => !document.querySelector("#draft").innerText.includes("employment.wage_floor:"));
found.stale = await status(page);
await page.click("#undo");
await page.waitForFunction(() => document.querySelector("#draft").innerText.includes("employment.wage_floor:"));
await settled(page);
found.undone = await status(page);

found.other = { policies: await other.locator("#editing option").count(), status: await finished(other),
  draft: await other.locator("#draft").innerText() };
await other.getByRole("tab", { name: "Keep" }).click();
await keep(other, "results", "other");
await judge(other, "375, simulated");

found.keyboard = await byKeyboard();
await other.fill("#futures", "200"); // whoever leaves in the middle of it leaves no work behind
await other.keyboard.press("Tab");
await other.click("#simulate");
await other.waitForFunction(() => /: (beginning|simulating)/.test(document.querySelector("#status").innerText)
  || /of 200/.test(document.querySelector("#status").innerText));
await other.waitForTimeout(1500);
await browser.close();
console.log(JSON.stringify(found));

async function byKeyboard() {
  const page = await visit();
  const unseen = new Set();
  const is = (selector) => page.evaluate((one) => document.activeElement.matches(one), selector);
  const said = async (text) => {
    await page.waitForFunction((one) => document.querySelector("#draft").innerText.includes(one), text);
    await settled(page);
  };

  async function tab() {
    await page.keyboard.press("Tab");
    const how = await page.evaluate(async () => {
      const drawn = () => new Promise((now) => requestAnimationFrame(() => requestAnimationFrame(now)));
      await drawn();
      if (document.activeElement === document.body) return null;
      const seen = () => {
        const held = document.activeElement; // which may have been drawn anew since
        const style = getComputedStyle(held), box = held.getBoundingClientRect();
        const over = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 10));
        const marked = style.outlineStyle !== "none" || style.boxShadow !== "none";
        return Boolean(marked && over && (held.contains(over) || over.contains(held)));
      };
      for (let n = 0; n < 20 && !seen(); n++) await drawn(); // what has focus scrolls into view
      const held = document.activeElement;
      return { name: held.id || held.innerText.slice(0, 40), seen: seen() };
    });
    if (how && !how.seen) unseen.add(how.name);
    return how && how.name;
  }

  async function reach(selector) {
    for (let n = 0; n < 400; n++) if (await is(selector)) return; else await tab();
    throw new Error(`no key reaches ${selector}`);
  }

  async function reachFold(head) {
    await page.evaluate((text) => {
      for (const one of document.querySelectorAll("summary")) if (one.innerText === text) one.dataset.wanted = text;
    }, head);
    await reach(`summary[data-wanted="${head}"]`);
  }

  const result = {};
  await reach("#start");
  const first = await page.inputValue("#start");
  await page.keyboard.press("ArrowUp");
  result.chosen = (await page.inputValue("#start")) !== first;
  await page.keyboard.press("ArrowDown");
  await reach("#add");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll("#editing option").length === 1);
  await settled(page);
  await reachFold("Community");
  result.pushed_out_of_view = await page.evaluate(async () => {
    const drawn = () => new Promise((now) => requestAnimationFrame(() => requestAnimationFrame(now)));
    const above = document.createElement("div"), held = document.activeElement, root = document.documentElement;
    above.style.height = "2000px";
    root.style.overflowAnchor = "none"; // as where what a browser holds on to is drawn anew
    document.querySelector("#draft").prepend(above);
    await drawn();
    const { top, bottom } = held.getBoundingClientRect();
    above.remove();
    root.style.overflowAnchor = "";
    await drawn();
    return top < 0 || bottom > innerHeight;
  });
  await page.keyboard.press("Enter");
  await reach('[id$="_community_connectors_fte"]');
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Tab");
  await said("community.connectors_fte:");
  await reach("#draft button");
  await page.keyboard.press("Enter");
  await said("Nothing.");
  await page.waitForTimeout(300);
  result.kept_focus = await page.evaluate(() => document.activeElement !== document.body);
  await reach("#undo");
  await page.keyboard.press("Space");
  await said("community.connectors_fte:");
  await reach("#futures");
  await page.keyboard.type("2");
  await reach("#simulate");
  await page.keyboard.press("Enter");
  result.status = await finished(page);
  await reach('[role="tab"]');
  const tabs = await page.getByRole("tab").count();
  result.tabs = [];
  for (let n = 0; n < tabs; n++) {
    result.tabs.push(await page.locator('[role="tab"][aria-selected="true"]').innerText());
    if (n < tabs - 1) await page.keyboard.press("ArrowRight");
    await settled(page);
  }
  await page.waitForSelector("#file[href]");
  await reach("#file");
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  result.file = download.suggestedFilename();
  await page.evaluate(() => { for (const one of document.querySelectorAll("details")) one.open = true; });
  await settled(page);
  const all = await page.evaluate(() => [...document.querySelectorAll("a[href], button, input, select, summary, textarea")]
    .filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0 && one.id).map((one) => one.id));
  const reached = new Set();
  for (let n = 0; n < all.length + 60; n++) reached.add(await tab());
  result.unreached = all.filter((one) => !reached.has(one));
  result.controls = all.length;
  result.unseen = [...unseen];
  await page.close();
  return result;
}
