const RUNS = { violates: "violates the contract", incomplete: "was incomplete" };

/** What was proved, in words. */
function meaning() {
  const { summary, answers, requirements } = proof;
  const unlawful = summary.killed + summary.survived + summary.accepted;
  const tested = requirements.filter((one) => one.tested);
  const seen = tested.filter((one) => one.proven_by);
  const noticed =
    unlawful === 0
      ? "No answer could be altered in a way that the contract forbids, so nothing is proved."
      : `${plural(answers, "answer")} of a run were altered in memory in ${unlawful.toLocaleString("en")} ways that the contract forbids. The cases noticed ${summary.killed.toLocaleString("en")} of them (${summary.score_percent} %).`;
  return `${noticed} Of ${plural(tested.length, "clause")} that can be tested, ${seen.length.toLocaleString("en")} were seen to be judged.`;
}

/** How many altered answers came to what. */
function countsTable() {
  const shown = OUTCOMES.filter(([key]) => ["killed", "survived"].includes(key) || numberOf(proof.summary, key) > 0);
  const table = h(
    "table",
    { class: "counts" },
    h("caption", {}, "Altered answers"),
    h("thead", { class: "unseen" }, h("tr", {}, ["outcome", "number", "what it says"].map((text) => h("th", { scope: "col" }, text)))),
    h(
      "tbody",
      {},
      shown.toReversed().map(([key, name, , , says]) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, word(name)),
          h("td", { class: "number" }, numberOf(proof.summary, key).toLocaleString("en")),
          h("td", { class: "quiet" }, says),
        ),
      ),
    ),
  );
  return h("div", { class: "wide", role: "region", "aria-label": "Altered answers by outcome", tabindex: "0" }, table);
}

function showVerdict() {
  const { contract, target, digest, seed, possible, summary, reasons, run, trials, not_conforming: others } = proof;
  const weak = reasons.length > 0;
  const [tone, mark] = weak ? ["bad", "✗"] : ["good", "✓"];
  const said = [...reasons];
  if (run !== "conforms") said.push(`The run that gave these answers ${RUNS[run] ?? run}.`);
  if (others > 0) said.push(`${others.toLocaleString("en")} of ${plural(trials, "trial")} don't conform, and can prove nothing.`);
  const facts = [
    ["target", target],
    ["digest", h("code", {}, digest)],
    ["seed", String(seed)],
    ["altered", `${summary.mutants.toLocaleString("en")} of ${possible.toLocaleString("en")} possible`],
  ];
  refill(
    document.getElementById("verdict"),
    h(
      "div",
      { class: `panel banner ${tone}-edge` },
      h(
        "h1",
        { id: "verdict-title", tabindex: "-1" },
        h("span", { class: `seal ${tone}`, "aria-hidden": "true" }, mark),
        h("span", {}, h("span", { class: "of" }, `${contract.name} ${contract.version} is `), weak ? "weak" : "proven"),
      ),
      h("p", { class: "meaning" }, meaning()),
      said.length > 0 && h("ul", { class: "reasons" }, said.map((reason) => h("li", {}, coded(reason)))),
      h("div", { class: "numbers" }, countsTable()),
      h("dl", { class: "run" }, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    ),
  );
}
