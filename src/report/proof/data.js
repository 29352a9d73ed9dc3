/** What the address can hold, in the order in which it is written: where one is, what is filtered, what is open. */
const KEYS = ["at", "suite", "operator", "requirement", "only", "page", "cell"];

/** What became of altered answers: the word, its colour and mark, and what it says to a reader. */
const OUTCOMES = [
  ["false_alarms", "false alarm", "bad", "!", "lawful, and a case failed on it"],
  ["survived", "survived", "bad", "✗", "forbidden, and no case noticed"],
  ["accepted", "accepted", "doubt", "~", "forbidden and unnoticed, and survivors.yaml says why"],
  ["killed", "killed", "good", "✓", "forbidden, and a case noticed"],
  ["tolerated", "tolerated", "idle", "≈", "lawful, and no case minded"],
];

const LOOKS = Object.fromEntries([...OUTCOMES.map(([, word, tone, mark]) => [word, [tone, mark]]), ["unknown", ["idle", "…"]]]);

const numberOf = (score, outcome) => score[outcome] ?? 0;

/** The altered answers that nobody noticed, or that somebody noticed who shouldn't. */
const amiss = (score) => numberOf(score, "survived") + numberOf(score, "false_alarms");

/** All that the file holds. */
function readProof() {
  const one = (name) => {
    const element = document.querySelector(`script.${name}`);
    return element === null ? undefined : valueOf(linesOf(element)[0] ?? "");
  };
  const found = one("proof");
  if (found === undefined) return undefined;
  const unnoticed = [
    ...found.false_alarms.map((each) => ({ ...each, outcome: "false alarm" })),
    ...found.survivors.map((each) => ({ ...each, outcome: "survived" })),
  ];
  return {
    ...found,
    unnoticed,
    says: new Map((one("operators") ?? []).map(({ id, says }) => [id, says])),
    clauses: new Map(found.requirements.map((clause) => [clause.id, clause])),
  };
}

/** What the page shows. */
let proof;

/** The cells of a clause: of all suites, or of one. */
const cellsOf = (clause, suite) =>
  suite ? (clause.suites.find((one) => one.suite === suite)?.operators ?? []) : clause.operators;

/** What the address filters of what went unnoticed. */
function unnoticedNow({ suite, operator, requirement } = address()) {
  return proof.unnoticed.filter(
    (one) =>
      (!suite || one.suite === suite) &&
      (!operator || one.operator === operator) &&
      (!requirement || one.requirements.includes(requirement)),
  );
}

/** A link to what went unnoticed, filtered. */
const unnoticedLink = (filter, ...children) => h("a", { href: addressOf({ at: "unnoticed", ...filter }) }, ...children);
