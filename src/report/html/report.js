/** Leads to the section that the address names. */
function lead() {
  let before = null;
  follow(({ at = null }) => {
    for (const link of document.querySelectorAll(".top nav a")) {
      if (link.getAttribute("href") === `#/at=${at}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const title = at === before ? null : document.getElementById(`${at}-title`);
    before = at;
    title?.scrollIntoView({ block: "start" });
    title?.focus({ preventScroll: true });
  });
  // The same link again leads there again.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#/at=']");
    if (link?.getAttribute("href") === location.hash) {
      document.getElementById(`${address().at}-title`)?.scrollIntoView({ block: "start" });
    }
  });
}

/** Everything is opened to be printed, and closed again. */
function print() {
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });
}

document.addEventListener("DOMContentLoaded", () => {
  chooseTheme(document.getElementById("theme"));
  report = readReport();
  if (report.run === undefined) {
    refill(document.getElementById("verdict-title"), "This report was cut short before it began: nothing is in it.");
    return;
  }
  const trials = trialsOfClauses();
  const clauses = report.run.clauses.map((clause, index) => ({
    ...clause,
    state: stateOf(index),
    proven: report.end?.clauses[index]?.proven_by ?? null,
    waived: report.end?.clauses[index]?.waived ?? false,
    trials: trials[index].all,
    breaking: trials[index].breaking,
  }));
  showVerdict(clauses);
  showFailures(clauses);
  showClauses(clauses);
  showMatrices();
  showList();
  showTimes();
  const { tool, contract, target } = report.run;
  fill(
    document.getElementById("made"),
    h("p", {}, `${tool.name} ${tool.version} · ${contract.name} ${contract.version} · ${target.name}`),
  );
  addEventListener("popstate", changed);
  addEventListener("hashchange", changed);
  lead();
  openTrials();
  print();
});
