// What people do with a report, and what must hold then.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const WIDTHS = [1400, 820, 390];

const hash = (page) => page.evaluate(() => Object.fromEntries(new URLSearchParams(location.hash.slice(2))));

/** The address says this, at the latest when the events that are under way have come. */
async function addressSays(page, wanted) {
  for (let round = 0; round < 40 && JSON.stringify(await hash(page)) !== JSON.stringify(wanted); round += 1) await page.waitForTimeout(50);
  assert.deepEqual(await hash(page), wanted);
}
const count = async (page) => Number((await page.locator("#count").innerText()).split(" ")[0].replaceAll(",", ""));
const focused = (page) => page.evaluate(() => document.activeElement?.innerText ?? "");

/** The page says what the run came to, fits every width, and can be looked at. */
export async function reads(visit, { file, trials, clauses, verdict, shots }) {
  for (const width of WIDTHS) {
    const page = await visit.open(file, { width });
    const title = (await page.locator("h1").innerText()).replaceAll("\n", " ");
    assert.ok(title.endsWith(verdict), title);
    assert.equal(await count(page), trials);
    assert.equal(await page.locator("table.clauses tbody tr").count(), clauses);
    assert.equal(await page.locator("#cut-short").count(), 0);
    for (const section of ["verdict", "failures", "clauses", "matrices", "trials", "times"]) {
      assert.ok(await page.locator(`#${section} :is(h1, h2)`).isVisible(), section);
    }
    const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide[0] <= wide[1], `${wide[0]} pixels in a window of ${wide[1]}`);
    await page.screenshot({ path: `${shots}/${verdict}-${width}.png` });
    const first = await page.locator("a[data-trial]").first().getAttribute("data-trial");
    await page.goto(`${page.url().split("#")[0]}#/trial=${encodeURIComponent(first)}`);
    await page.locator("dialog .timeline").waitFor();
    const inside = await page.evaluate(() => {
      const dialog = document.querySelector("dialog");
      return [dialog.scrollWidth, dialog.clientWidth];
    });
    assert.ok(inside[0] <= inside[1], `${inside[0]} pixels in a dialog of ${inside[1]}`);
    await page.screenshot({ path: `${shots}/${verdict}-trial-${width}.png` });
    await page.context().close();
  }
}

/** What is filtered stands in the address, and comes back with it. */
export async function filters(visit, { file, trials, violating, suite, inSuite, clause, ofClause, word, withWord }) {
  const page = await visit.open(file);
  await page.selectOption("#filter-verdict", "violates");
  assert.equal(await count(page), violating);
  await addressSays(page, { verdict: "violates" });
  await page.reload();
  assert.equal(await count(page), violating);
  assert.equal(await page.inputValue("#filter-verdict"), "violates");
  await page.goBack();
  assert.equal(await count(page), trials);
  await page.selectOption("#filter-suite", suite);
  assert.equal(await count(page), inSuite);
  await page.click("text=Clear");
  await addressSays(page, {});
  await page.selectOption("#filter-requirement", clause);
  assert.equal(await count(page), ofClause);
  await page.click("text=Clear");
  await page.fill("#filter-q", word);
  assert.equal(await count(page), withWord);
  await addressSays(page, { q: word });
  await page.fill("#filter-q", "no trial is called so");
  assert.match(await page.locator("#count").innerText(), /^No trial/);
  await page.click("text=Clear");

  // The list is turned over, also by its address.
  await page.click("nav.pages >> text=Next");
  await addressSays(page, { page: "2" });
  assert.match(await page.locator("#count").innerText(), /101 to 200 shown/);
  await page.reload();
  assert.match(await page.locator("#count").innerText(), /101 to 200 shown/);
  await page.selectOption("#filter-sort", "slowest");
  const times = (await page.locator("table.list td.number").allInnerTexts()).map((text) => Number.parseFloat(text) * (text.endsWith(" ms") ? 1 : 1000));
  assert.deepEqual(times, times.toSorted((a, b) => b - a));

  // A number in the table of counts and a clause lead to their trials, and an address can be given away.
  await page.locator(".counts a").first().click();
  assert.equal((await hash(page)).verdict, "violates");
  assert.ok(await page.locator("#trials-title").evaluate((title) => document.activeElement === title));
  const link = page.locator(`#clause-${clause}`).locator("xpath=ancestor::tr").locator(".leads a").first();
  const given = await link.evaluate((element) => element.href);
  await link.click();
  assert.equal(await count(page), ofClause);
  const other = await visit.open(file, { hash: new URL(given).hash });
  assert.equal(await count(other), ofClause);
  assert.equal(await other.inputValue("#filter-requirement"), clause);

  // An address that nobody made on this page is no error.
  const odd = await visit.open(file, { hash: "#/verdict=nonsense&page=-7&trial=nowhere&at=%00&sort=x" });
  assert.match(await odd.locator("dialog").innerText(), /No trial of this report/);
}

/** A cell of a matrix opens its exchange. */
export async function cells(visit, { file, cell, pointer }) {
  const page = await visit.open(file);
  const link = page.locator(`table.grid a[data-trial="${cell}"]`);
  assert.match(await link.innerText(), /✗/);
  await link.click();
  const dialog = page.locator("dialog[open]");
  assert.equal(await dialog.locator("h2").innerText(), cell);
  assert.equal((await hash(page)).trial, cell);
  assert.match(await dialog.locator(".exchange").first().innerText(), /GET|POST/);
  assert.ok(await dialog.locator(".snippet .caret").first().isVisible());
  assert.ok(await dialog.locator(".timeline").isVisible());
  if (pointer) assert.ok((await dialog.locator("mark").count()) > 0, "the place of a finding is marked in the body");
  await page.reload();
  assert.equal(await dialog.locator("h2").innerText(), cell);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  await addressSays(page, {});
  await link.click();
  await page.keyboard.press("Escape");
  assert.ok(await link.evaluate((element) => document.activeElement === element), "the focus goes back to the cell");
  await page.goBack();
  assert.equal(await dialog.locator("h2").innerText(), cell);
}

/** All of it can be done without a mouse. */
export async function keyboard(visit, { file, cell }) {
  const page = await visit.open(file);
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "To the trials");
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "Trials");
  await page.keyboard.press("Tab");
  await page.keyboard.type("people");
  assert.equal((await hash(page)).q, "people");

  // From the grid's one stop the arrows lead to its other cells.
  const grid = page.locator("table.grid").first();
  assert.equal(await grid.locator("a[tabindex='0']").count(), 1);
  const [first, right, below] = [await grid.locator("a").first(), grid.locator("tr:nth-child(1) td:nth-of-type(2) a"), grid.locator("tr:nth-child(2) td:nth-of-type(1) a")];
  await first.focus();
  await page.keyboard.press("ArrowRight");
  assert.ok(await right.first().evaluate((element) => document.activeElement === element), "right");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowDown");
  assert.ok(await below.first().evaluate((element) => document.activeElement === element), "down");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  const title = page.locator("dialog[open] h2");
  await title.waitFor();
  assert.ok(await title.evaluate((element) => document.activeElement === element), "the focus is in the dialog");
  await page.keyboard.press("Tab");
  const before = await title.innerText();
  await page.click("dialog >> text=Close");
  await page.goto(`${page.url().split("#")[0]}#/verdict=violates&trial=${encodeURIComponent(cell)}`);
  await page.locator("dialog[open] >> text=Next").focus();
  await page.keyboard.press("Enter");
  assert.notEqual(await title.innerText(), cell);
  assert.notEqual(await title.innerText(), before);
  assert.equal(await focused(page), "Next");
  await page.keyboard.press("Escape");

  // The theme is chosen by a key, and kept.
  const theme = page.locator("#theme");
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await theme.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  assert.equal(await theme.innerText(), "Theme: dark");
  assert.notEqual(await ground(), light);
  await page.reload();
  assert.equal(await theme.innerText(), "Theme: dark");
}

/** Commands can be copied as they are. */
export async function copies(visit, { file, trial, rerun, curl }) {
  const page = await visit.open(file, { hash: `#/trial=${encodeURIComponent(trial)}` });
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  for (const [name, text] of [["command", rerun], ["curl", curl]]) {
    await page.getByRole("button", { name: `Copy ${name}`, exact: true }).last().click();
    await page.getByText(`${name} copied`).waitFor({ state: "attached" });
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text);
  }
}

/** Nothing that axe-core knows of keeps anybody out. */
export async function accessible(visit, { file, hashes = [""] }) {
  for (const theme of ["light", "dark"]) {
    for (const width of [1400, 390]) {
      for (const at of hashes) {
        const page = await visit.open(file, { theme, width, hash: at });
        await page.evaluate(AXE);
        const found = await page.evaluate(async () => {
          const results = await globalThis.axe.run(document, { resultTypes: ["violations"] });
          return results.violations.map((one) => `${one.id}: ${one.help}\n${one.nodes.slice(0, 3).map((node) => `  ${node.html}\n  ${node.failureSummary}`).join("\n")}`);
        });
        assert.deepEqual(found, [], `${theme}, ${width} pixels, ${at}:\n${found.join("\n")}`);
        await page.context().close();
      }
    }
  }
}

/** The page fits every width, says what it is about, and can be looked at. */
export async function fits(visit, { file, name, title, shots, hashes = [""] }) {
  for (const width of WIDTHS) {
    for (const [at, hash] of hashes.entries()) {
      const page = await visit.open(file, { width, hash });
      assert.ok((await page.locator("h1").innerText()).replaceAll("\n", " ").includes(title), await page.locator("h1").innerText());
      const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(wide[0] <= wide[1], `${wide[0]} pixels in a window of ${wide[1]}`);
      await page.screenshot({ path: `${shots}/${name}-${at}-${width}.png` });
      await page.context().close();
    }
  }
}

/** Of the answers that await a review one class is shown alone, and the address says which. */
export async function reviews(visit, { file, answers, breaking }) {
  const page = await visit.open(file);
  assert.ok(breaking > 0 && breaking < answers, `${breaking} of ${answers}`);
  assert.equal(await page.locator("article.answer").count(), answers);
  await page.click("#filters >> text=breaks the contract");
  assert.equal(await page.locator("article.answer").count(), breaking);
  await page.reload();
  assert.equal(await page.locator("article.answer.breaks").count(), breaking);
  const first = page.locator("article.answer").first();
  assert.ok((await first.locator(".sides pre").count()) >= 2);
  await first.locator("summary").click();
  await first.locator("details .sides").waitFor();
}

const openable = (page) => page.locator("table.kills td a").count();
const kills = async (page) => [await page.locator("table.kills tr:not(.document) th[scope=row]").count(), await page.locator("table.kills th.operator").count()];

/** What the cells of the kill matrix hold, and how they are filtered. */
export async function proves(visit, { file, rows, columns, clause, operator, survived, blind, suite, other, inOther }) {
  const page = await visit.open(file);
  assert.deepEqual(await kills(page), [rows, columns]);
  const all = await openable(page);
  const cell = page.locator(`table.kills a[data-cell="${clause} ${operator}"]`);
  assert.match(await cell.innerText(), new RegExp(`✗ ${survived}\\b`));

  // A cell opens what nobody noticed: the case, its line, the difference and what would notice.
  await cell.click();
  const dialog = page.locator("dialog[open]");
  assert.equal(await dialog.locator("h2").innerText(), `${clause} · ${operator}`);
  await addressSays(page, { cell: `${clause} ${operator}` });
  const text = await dialog.innerText();
  for (const piece of [`survived ${survived}`, "suites/", "-->", "as it was altered", "A line that would notice:", "lawful:"]) assert.ok(text.includes(piece), piece);
  const told = await dialog.locator("details.altered .word").allInnerTexts();
  const counted = told.map((one) => Number(one.replaceAll(",", "").match(/\d+/)?.[0] ?? 1)).reduce((sum, one) => sum + one, 0);
  assert.equal(counted, survived);
  await page.reload();
  assert.equal(await dialog.locator("h2").innerText(), `${clause} · ${operator}`);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  await addressSays(page, {});
  await cell.click();
  await page.keyboard.press("Escape");
  assert.ok(await cell.evaluate((element) => document.activeElement === element), "the focus goes back to the cell");

  // Filters stand in the address, and come back with it.
  await page.selectOption("#filter-only", "survivors");
  const wrong = await kills(page);
  assert.ok(wrong[1] < columns, `${wrong}`);
  assert.equal(await page.locator("table.kills th.operator", { hasText: "respace-json" }).count(), 0);
  await page.selectOption("#filter-requirement", clause);
  await page.selectOption("#filter-operator", operator);
  assert.deepEqual(await kills(page), [1, 1]);
  assert.equal(await count(page), survived);
  await addressSays(page, { operator, requirement: clause, only: "survivors" });
  await page.reload();
  assert.deepEqual(await kills(page), [1, 1]);
  assert.equal(await page.inputValue("#filter-requirement"), clause);
  await page.click("text=Clear");
  assert.equal(await openable(page), all);
  await page.selectOption("#filter-suite", suite);
  assert.equal((await kills(page))[0], blind);
  await page.selectOption("#filter-suite", other);
  assert.equal((await kills(page))[0], inOther);
  await page.goBack();
  await page.goBack();
  assert.equal(await openable(page), all);

  // By keys: one stop, and arrows from there over the edges of documents.
  assert.equal(await page.locator("table.kills a[tabindex='0']").count(), 1);
  await page.locator("table.kills a[tabindex='0']").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator("dialog[open] h2").waitFor();
  assert.ok(await page.locator("dialog h2").evaluate((element) => document.activeElement === element));
  await page.keyboard.press("Escape");
  const opened = page.locator("#unnoticed details").first();
  await opened.locator("summary").click();
  await opened.locator(".sides").waitFor();
  const paper = await page.pdf({ format: "A4" });
  assert.ok(paper.length > 20_000, `${paper.length} bytes`);
}

/** Whatever a proof says is text. */
export async function proofSays(visit, { file, needle }) {
  const page = await visit.open(file);
  await page.locator("table.kills td a").first().focus();
  await page.keyboard.press("Enter");
  assert.ok((await page.locator("dialog[open]").innerText()).includes(needle));
  await page.keyboard.press("Escape");
  for (const details of await page.locator("#unnoticed details").all()) await details.locator("summary").first().click();
  assert.ok((await page.locator("main").innerText()).includes(needle));
  assert.equal(await page.evaluate(() => globalThis.owned), undefined);
  assert.equal(await page.evaluate(() => document.querySelectorAll("img, iframe, svg, object, embed, base").length), 0);
}

/** Many trials open together, and at most as slowly as they are many: both pages by turns on the same machine. */
export async function many(visit, { few, many }) {
  const times = new Map([[few, []], [many, []]]);
  const rows = [];
  for (let round = 0; round < 3; round += 1) {
    for (const [{ file, trials }, taken] of times) {
      const before = performance.now();
      const page = await visit.open(file);
      await page.locator("table.list tbody tr").first().waitFor();
      taken.push(performance.now() - before);
      assert.equal(await count(page), trials);
      rows.push(await page.locator("table.list tbody tr").count());
      await page.context().close();
    }
  }
  const [quickest, slowest] = [few, many].map((one) => Math.min(...times.get(one)));
  console.log(`${few.trials} trials opened in ${quickest.toFixed(0)} ms, ${many.trials} in ${slowest.toFixed(0)} ms`);
  assert.equal(new Set(rows).size, 1, `only what can be seen is drawn: ${rows} rows`);
  assert.ok(slowest / quickest < many.trials / few.trials, `${slowest} ms against ${quickest} ms`);
  // What is far down the list is whole as well.
  const page = await visit.open(many.file);
  await page.goto(`${page.url().split("#")[0]}#/trial=${encodeURIComponent(many.id)}`);
  assert.equal(await page.locator("dialog h2").innerText(), many.id);
  await page.locator("dialog .exchange").first().waitFor();
  await page.keyboard.press("Escape");
  const typed = performance.now();
  await page.fill("#filter-q", "people");
  assert.ok((await count(page)) < many.trials);
  assert.ok(performance.now() - typed < slowest, "to search takes less than to open");
  await page.context().close();
}

/** What a server or a contract says is text, whatever it says. */
export async function hostile(visit, { file, needle, trials }) {
  const page = await visit.open(file);
  assert.equal(await count(page), trials);
  assert.equal(await page.evaluate(() => globalThis.owned), undefined);
  const made = () => page.evaluate(() => document.querySelectorAll("img, iframe, svg, object, embed, base, b[onclick], style ~ style").length);
  assert.equal(await made(), 0);
  assert.ok((await page.locator("main").innerText()).includes(needle), "it is shown as it stands");
  for (const link of await page.locator("table.list a[data-trial]").all()) {
    await link.click();
    assert.ok((await page.locator("dialog").innerText()).includes(needle));
    assert.equal(await made(), 0);
    await page.keyboard.press("Escape");
  }
  assert.equal(await page.evaluate(() => globalThis.owned), undefined);
  const scripts = await page.evaluate(() => [...document.scripts].filter((one) => one.type !== "application/json").length);
  assert.equal(scripts, 1);
  const hidden = await page.evaluate(() => /[\u0000-\u0008\u202e\u200b]/.test(document.body.innerText));
  assert.equal(hidden, false, "nothing hides in what is shown");
}

/** A page that was cut short says so, and shows what it has. */
export async function cut(visit, { files }) {
  for (const { file, least } of files) {
    const page = await visit.open(file);
    const title = await page.locator("h1").innerText();
    assert.match(title, /cut short/, file);
    assert.doesNotMatch(title, /conforms/);
    if (least === 0) continue;
    assert.match(await page.locator("#cut-short").innerText(), /no verdict/);
    assert.ok((await count(page)) >= least, file);
    await page.locator("table.list a[data-trial]").first().click();
    assert.ok(await page.locator("dialog .exchange").first().isVisible());
  }
}

/** On paper everything is open. */
export async function prints(visit, { file, clauses }) {
  const page = await visit.open(file);
  await page.locator("details.document").first().evaluate((details) => (details.open = false));
  const closed = await page.locator("details:not([open])").count();
  assert.ok(closed > 1);
  await page.evaluate(() => {
    addEventListener("beforeprint", () => setTimeout(() => {}, 0));
    addEventListener("afterprint", () => (document.body.dataset.printed = "yes"));
    addEventListener("beforeprint", () => (document.body.dataset.open = document.querySelectorAll("details:not([open])").length));
  });
  const paper = await page.pdf({ format: "A4" });
  assert.ok(paper.length > 100_000, `${paper.length} bytes`);
  assert.equal(await page.evaluate(() => document.body.dataset.open), "0");
  assert.equal(await page.locator("details:not([open])").count(), closed);
  assert.equal(await page.locator("table.clauses tbody tr").count(), clauses);
}

/** What is waived stands apart from what is broken, with its reason, also where the trial is opened. */
export async function waived(visit, { file, trial, trials, reason, stale }) {
  const page = await visit.open(file);
  assert.ok((await page.locator("h1").innerText()).endsWith("stale waivers"));
  assert.ok((await page.locator("#failures").innerText()).includes(reason));
  assert.ok((await page.locator("#failures").innerText()).includes(stale));
  // What is waived is no clause that is broken, though it is violated.
  assert.equal(await page.locator("#failures [id^='broken-']").count(), 0);
  assert.ok((await page.locator("table.clauses .word", { hasText: "waived" }).count()) > 0);
  assert.equal(await page.locator("td.cell .unseen", { hasText: "waived" }).count(), trials);
  await page.goto(`${page.url().split("#")[0]}#/trial=${encodeURIComponent(trial)}`);
  await page.locator("dialog .timeline").waitFor();
  const inside = await page.locator("dialog").innerText();
  assert.ok(inside.includes(reason) && inside.includes("waived"), inside);
}
