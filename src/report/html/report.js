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
