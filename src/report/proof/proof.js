document.addEventListener("DOMContentLoaded", () => {
  chooseTheme(document.getElementById("theme"));
  proof = readProof();
  if (proof === undefined) {
    refill(document.getElementById("verdict-title"), "This page was cut short: nothing is in it.");
    return;
  }
  showVerdict();
  showWeak();
  showKills();
  showUnnoticed();
  showCases();
  const { tool, contract, target } = proof;
  fill(document.getElementById("made"), h("p", {}, `${tool.name} ${tool.version} · ${contract.name} ${contract.version} · ${target}`));
  addEventListener("popstate", changed);
  addEventListener("hashchange", changed);
  lead();
  openCells();
  print();
});
