const VERBS = { conforms: "conforms", violates: "violates", incomplete: ": incomplete", "stale-waivers": ": stale waivers" };

/** What the verdict means. */
function meaning(clauses) {
  const { run, rows, end } = report;
  if (!end) {
    return `The run ended, or was ended, before it was over: ${rows.length.toLocaleString("en")} of ${plural(run.plan.trials, "trial")} are in this report. It is no verdict, and nothing in it says that the rest would have gone well.`;
  }
  // What is waived doesn't count among what is broken.
  const broken = clauses.filter((clause) => clause.breaking.length > 0);
  const musts = broken.filter((clause) => clause.level === "must").length;
  const others = broken.length - musts;
  const { waived, strict } = end.summary;
  const known = waived > 0 ? ` ${plural(waived, "trial")} ${waived === 1 ? "violates" : "violate"} and ${waived === 1 ? "is" : "are"} waived.` : "";
  const lesser = (others > 0 ? ` ${plural(others, "clause")} of a lesser level ${others === 1 ? "is" : "are"} broken.` : "") + known;
  switch (end.verdict) {
    case "conforms":
      return `Every clause that must hold and that was judged holds.${lesser}`;
    case "violates":
      return musts > 0
        ? `The server breaks ${plural(musts, "clause")} that must hold.${lesser}`
        : strict && others > 0
          ? `No clause that must hold is broken, but the run is strict: what should hold counts.${lesser}`
          : `No clause that must hold is broken, but answers are not as they were accepted.${lesser}`;
    case "stale-waivers":
      return `Nothing is broken that isn't known, but waivers are not, or not any more, as they say.${lesser}`;
    default:
      return `Nothing that counts was found broken, but something that counts could not be judged.${lesser}`;
  }
}

/** How many trials of each level came to which verdict, each number leading to its trials. */
function countsTable() {
  const levels = report.end?.summary.levels ?? {};
  const counted = LEVELS.filter((name) => levels[name]);
  if (counted.length === 0) return null;
  const always = ["violates", "conforms"];
  const verdicts = VERDICTS.filter((one) => always.includes(one) || counted.some((name) => levels[name][one] > 0));
  const table = h(
    "table",
    { class: "counts" },
    h("caption", {}, "Trials"),
    h("thead", {}, h("tr", {}, h("td", {}), verdicts.map((verdict) => h("th", { scope: "col", class: "number" }, verdict)))),
    h(
      "tbody",
      {},
      counted.map((name) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, level(name)),
          verdicts.map((verdict) => {
            const count = levels[name][verdict];
            const text = count.toLocaleString("en");
            return h(
              "td",
              { class: `number ${count > 0 ? LOOKS[verdict][0] : "none"}` },
              count > 0
                ? listLink({ verdict, level: name }, text, h("span", { class: "unseen" }, ` trials: ${name}, ${verdict}`))
                : text,
            );
          }),
        ),
      ),
    ),
  );
  return h("div", { class: "wide", role: "region", "aria-label": "Trials by level and verdict", tabindex: "0" }, table);
}

/** How many clauses are in which state, as numbers and as one bar. */
function statesShown(clauses) {
  const states = STATES.map((state) => [state, clauses.filter((clause) => clause.state === state).length]).filter(
    ([, count]) => count > 0,
  );
  const bar = h("div", { class: "share", "aria-hidden": "true" });
  for (const [state, count] of states) {
    const part = h("span", { class: LOOKS[state][0] });
    part.style.setProperty("--share", count);
    bar.append(part);
  }
  return h(
    "div",
    { class: "states" },
    h("p", { class: "quiet small" }, "Clauses"),
    bar,
    h("ul", { class: "plain" }, states.map(([state, count]) => h("li", {}, h("b", {}, String(count)), " ", word(state)))),
  );
}

function showVerdict(clauses) {
  const { run, end } = report;
  const section = document.getElementById("verdict");
  const verdict = end ? end.verdict : "incomplete";
  const facts = [
    ["target", [run.target.name, run.target.version && h("span", { class: "quiet" }, ` ${run.target.version}`)]],
    ...Object.entries(run.target.services)
      .filter(([, url]) => url !== run.target.name)
      .map(([service, url]) => [service, h("code", {}, url)]),
    ["contract", `${run.contract.name} ${run.contract.version}`],
    ["digest", h("code", {}, run.contract.digest)],
  ];
  // Services mostly share one URL, which is worth one line.
  const urls = new Set(Object.values(run.target.services));
  const shown = urls.size === 1 ? facts.filter(([name]) => !(name in run.target.services)) : facts;
  if (urls.size === 1 && !urls.has(run.target.name)) shown.splice(1, 0, ["url", h("code", {}, [...urls][0])]);
  const said = [...(end?.reasons ?? []), ...run.plan.notes];
  const leftOut = end?.summary.left_out ?? run.plan.left_out;
  if (leftOut > 0) said.unshift(`A part only: ${plural(leftOut, "trial")} left out.`);
  if (end && !end.complete) said.unshift("The run was stopped before its last trial.");
  refill(
    section,
    h(
      "div",
      { class: `panel banner ${LOOKS[verdict][0]}-edge` },
      h(
        "h1",
        { id: "verdict-title", tabindex: "-1" },
        h("span", { class: `seal ${LOOKS[verdict][0]}`, "aria-hidden": "true" }, LOOKS[verdict][1]),
        h("span", {}, h("span", { class: "of" }, `${run.target.name} `), end ? VERBS[verdict] : ": the report was cut short"),
      ),
      h("p", { class: "meaning", id: end ? null : "cut-short", role: end ? null : "alert" }, meaning(clauses)),
      said.length > 0 && h("ul", { class: "reasons" }, said.map((reason) => h("li", {}, coded(reason)))),
      h("div", { class: "numbers" }, countsTable(), statesShown(clauses), answersShown()),
      choicesShown(),
      h("dl", { class: "run" }, shown.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    ),
  );
}

/** What was left to the target, and what it chose. */
function choicesShown() {
  const taken = (choice) => choice.branches.filter((branch) => branch.trials > 0);
  const chosen = (report.end?.choices ?? []).filter((choice) => taken(choice).length > 0);
  if (chosen.length === 0) return null;
  const branches = (choice) =>
    taken(choice)
      .map((branch) => `${branch.branch} in ${plural(branch.trials, "trial")}`)
      .join(", ");
  return h(
    "details",
    { open: chosen.some((choice) => choice.torn) },
    h("summary", {}, `Choices of the target (${chosen.length})`),
    h(
      "ul",
      {},
      chosen.map((choice) => h("li", {}, h("b", {}, choice.choice), `: ${branches(choice)}. `, h("span", { class: "quiet" }, choice.title))),
    ),
  );
}

/** What became of the answers that are compared with accepted ones. */
function answersShown() {
  const answers = report.end?.summary.snapshots;
  if (!answers) return null;
  const counts = [
    [answers.same, "as accepted"],
    [answers.changed, "changed"],
    [answers.missing, "never accepted"],
    [answers.accepted.length, "accepted now"],
  ].filter(([count]) => count > 0);
  return h(
    "div",
    { class: "answers" },
    h("p", { class: "quiet small" }, "Answers that are kept"),
    h("ul", { class: "plain" }, counts.map(([count, text]) => h("li", {}, h("b", {}, String(count)), ` ${text}`))),
  );
}
