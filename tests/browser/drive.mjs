// Opens pages in a real Chromium and looks at them: node drive.mjs SCENARIO JSON
//
// The second argument is what the scenario needs to know, as JSON. What doesn't hold ends it with a message and code 1.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import * as scenarios from "./scenarios.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/** The first browser on the search path. */
function browserPath() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path));
  if (found === undefined) throw new Error("there is no Chromium here: ./check installs what is missing");
  return found;
}

/** Opens pages, each in a profile of its own, and holds that they stay quiet and ask nobody for anything. */
class Visit {
  constructor(browser) {
    this.browser = browser;
    this.complaints = [];
  }

  async open(file, { hash = "", width = 1280, height = 900, theme = "light" } = {}) {
    const options = { viewport: { width, height }, colorScheme: theme, reducedMotion: "reduce" };
    const context = await this.browser.newContext(options);
    const page = await context.newPage();
    const address = pathToFileURL(file).href;
    page.on("console", (message) => this.complaints.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => this.complaints.push(`error: ${error.stack}`));
    page.on("dialog", (dialog) => this.complaints.push(`dialog: ${dialog.message()}`));
    page.on("request", (request) => {
      if (request.url().split("#")[0] !== address) this.complaints.push(`request: ${request.url()}`);
    });
    await page.goto(address + hash);
    return page;
  }
}

const [name, knowledge] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: browserPath(),
  args: [
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ...["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  ],
});
try {
  const visit = new Visit(browser);
  await scenarios[name](visit, JSON.parse(knowledge));
  if (visit.complaints.length > 0) throw new Error(visit.complaints.join("\n"));
  console.log(`${name}: as it should be`);
} catch (error) {
  console.error(error.stack);
  process.exitCode = 1;
} finally {
  await browser.close();
}
