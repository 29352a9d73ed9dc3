/** What the address can hold, in the order in which it is written: where one is, what is filtered, what is open. */
const KEYS = ["at", "q", "suite", "level", "verdict", "requirement", "sort", "page", "trial"];

/** Which colour and which mark a word has. */
const LOOKS = {
  conforms: ["good", "✓"],
  violates: ["bad", "✗"],
  inconclusive: ["doubt", "?"],
  incomplete: ["doubt", "?"],
  "stale-waivers": ["doubt", "!"],
  stale: ["doubt", "!"],
  waived: ["doubt", "~"],
  disputed: ["doubt", "≠"],
  skipped: ["idle", "–"],
  verified: ["good", "✓"],
  violated: ["bad", "✗"],
  unverified: ["doubt", "?"],
  "not-tested": ["idle", "–"],
  unknown: ["idle", "…"],
};

const LEVELS = ["must", "should", "may"];
const VERDICTS = ["violates", "inconclusive", "conforms", "skipped"];
const STATES = ["violated", "unverified", "verified", "not-tested", "unknown"];

/** A number of milliseconds as people say it. */
function duration(milliseconds) {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${milliseconds >= 10 ? milliseconds.toFixed(0) : milliseconds.toFixed(2)} ms`;
}

/** All that the file holds. Of each trial only what lists show of it is read. */
function readReport() {
  const one = (name) => {
    const element = document.querySelector(`script.${name}`);
    return element === null ? undefined : valueOf(linesOf(element)[0] ?? "");
  };
  const rows = [];
  for (const element of document.querySelectorAll("script.trials")) {
    const lines = linesOf(element);
    for (let at = 0; at + 1 < lines.length; at += 2) {
      const row = valueOf(lines[at]);
      if (row === undefined) continue;
      row.line = lines[at + 1];
      row.position = rows.length;
      rows.push(row);
    }
  }
  return { run: one("run"), rows, byId: new Map(rows.map((row) => [row.id, row])), end: one("end") };
}

/** What the page shows. Without `end` the file was cut short. */
let report;

/** All of a trial. */
const whole = (row) => valueOf(row.line) ?? { ...row, findings: [], notes: [], exchanges: [], requirements: [] };

/** The state of a clause; without an end only what is broken is known. */
function stateOf(index) {
  if (report.end) return report.end.clauses[index]?.state ?? "unknown";
  if (report.run.clauses[index].not_tested) return "not-tested";
  return report.rows.some((row) => row.breaks.includes(index)) ? "violated" : "unknown";
}

/** The trials that have to do with each clause, by its number. */
function trialsOfClauses() {
  const trials = report.run.clauses.map(() => ({ all: 0, breaking: [] }));
  for (const row of report.rows) {
    for (const index of new Set([...row.cites, ...row.along, ...row.breaks])) trials[index].all += 1;
    for (const index of row.waived ? [] : row.breaks) trials[index].breaking.push(row);
  }
  return trials;
}

const concerns = (row, index) => row.cites.includes(index) || row.along.includes(index) || row.breaks.includes(index);

/** A link that opens a trial, and keeps what is filtered. */
const trialLink = (row, attributes, ...children) =>
  h("a", { href: addressOf({ trial: row.id }), "data-trial": row.id, ...attributes }, ...children);

/** A link to the list of trials, filtered. */
const listLink = (filter, ...children) => h("a", { href: addressOf({ at: "trials", ...filter }) }, ...children);
