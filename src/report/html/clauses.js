/** The clauses of each document, section by section, in the order of the contract. */
function byDocument(clauses) {
  const documents = new Map();
  for (const clause of clauses) {
    const { document, section } = clause.source;
    if (!documents.has(document)) documents.set(document, new Map());
    const sections = documents.get(document);
    if (!sections.has(section)) sections.set(section, []);
    sections.get(section).push(clause);
  }
  return documents;
}

/** How it is known that a trial would notice if the clause were broken. */
function witness(clause) {
  const { proven } = clause;
  if (!proven) {
    const judged = report.end?.unproven.includes(clause.id);
    return judged ? h("p", { class: "small" }, h("b", {}, "Unproven: "), "no altered answer made one of its trials fail.") : null;
  }
  const row = report.byId.get(proven.trial);
  return h(
    "p",
    { class: "quiet small" },
    "Seen to fail: ",
    h("code", {}, proven.operator),
    " at ",
    h("code", {}, proven.at),
    " in ",
    row ? trialLink(row, {}, h("code", {}, proven.trial)) : h("code", {}, proven.trial),
  );
}

function clauseRow(clause, section, rows) {
  return h(
    "tr",
    { "data-state": clause.state },
    section === null ? null : h("th", { scope: "rowgroup", rowspan: rows, class: "section" }, section),
    h(
      "td",
      {},
      h("p", { id: `clause-${clause.id}`, tabindex: "-1" }, h("code", {}, clause.id)),
      h("p", { class: "badges" }, word(clause.state), " ", clause.waived && [word("waived"), " "], level(clause.level)),
    ),
    h(
      "td",
      { class: "says" },
      h("p", {}, coded(clause.says)),
      clause.reading && h("p", { class: "small reading" }, h("b", {}, "As we read it: "), coded(clause.reading)),
      clause.not_tested && h("p", { class: "small reading" }, h("b", {}, "Not tested: "), coded(clause.not_tested)),
      witness(clause),
    ),
    h(
      "td",
      { class: "leads" },
      clause.trials > 0
        ? listLink({ requirement: clause.id }, plural(clause.trials, "trial"), h("span", { class: "unseen" }, ` of ${clause.id}`))
        : h("span", { class: "quiet" }, "no trial"),
      clause.breaking.length > 0 &&
        listLink(
          { requirement: clause.id, verdict: "violates" },
          `${clause.breaking.length} violate`,
          h("span", { class: "unseen" }, ` ${clause.id}`),
        ),
    ),
  );
}

function documentShown(name, sections) {
  const clauses = [...sections.values()].flat();
  const counts = STATES.map((state) => [state, clauses.filter((clause) => clause.state === state).length]);
  const heads = ["Section", "Clause", "What it says", "Trials"].map((text) => h("th", { scope: "col" }, text));
  return h(
    "details",
    { class: "panel document", open: true },
    h(
      "summary",
      {},
      h("h3", {}, name),
      h("span", { class: "tally" }, counts.filter(([, count]) => count > 0).map(([state, count]) => word(state, ` ${count}`))),
    ),
    h(
      "table",
      { class: "clauses" },
      h("caption", { class: "unseen" }, `The clauses of ${name}`),
      h("thead", {}, h("tr", {}, heads)),
      [...sections].map(([section, list]) =>
        h("tbody", {}, list.map((clause, at) => clauseRow(clause, at === 0 ? section : null, list.length))),
      ),
    ),
  );
}

function showClauses(clauses) {
  const section = document.getElementById("clauses");
  const proven = clauses.filter((clause) => clause.proven).length;
  const tested = clauses.filter((clause) => !clause.not_tested).length;
  fill(
    section,
    h(
      "p",
      { class: "quiet" },
      `${plural(clauses.length, "clause")}, as they stand in the documents of the contract.`,
      report.end &&
        ` Of ${tested} that can be tested, ${proven} were seen to be able to fail: an answer of this run was altered in memory, and a trial noticed.`,
    ),
    [...byDocument(clauses)].map(([name, sections]) => documentShown(name, sections)),
  );
  section.hidden = false;
}
