/** The outcome that weighs most in a cell. */
const gravest = (score) => OUTCOMES.find(([key]) => numberOf(score, key) > 0);

/** What a cell says to who can't see it. */
const inWords = (score) =>
  OUTCOMES.filter(([key]) => numberOf(score, key) > 0)
    .map(([key, name]) => `${numberOf(score, key)} ${name}`)
    .join(", ");

function killCell(clause, operator, score) {
  const worst = score && gravest(score);
  if (!worst) {
    return h("td", { class: "cell absent" }, h("span", { class: "quiet" }, h("span", { "aria-hidden": "true" }, "·"), h("span", { class: "unseen" }, "not applicable")));
  }
  const [key, , tone, mark] = worst;
  const killed = numberOf(score, "killed");
  return h(
    "td",
    { class: `cell ${tone}` },
    h(
      "a",
      { href: addressOf({ ...address(), cell: `${clause.id} ${operator}` }), "data-cell": `${clause.id} ${operator}`, tabindex: "-1", title: `${clause.id}, ${operator}: ${inWords(score)}` },
      h("span", { "aria-hidden": "true" }, `${mark} ${numberOf(score, key).toLocaleString("en")}`),
      key !== "killed" && killed > 0 && h("span", { class: "of", "aria-hidden": "true" }, ` · ${killed.toLocaleString("en")}`),
      h("span", { class: "unseen" }, inWords(score)),
    ),
  );
}

/** Clauses and their cells as the address filters them, and the columns that are left. */
function killsNow({ suite, operator, requirement, only }) {
  const wanted = (score) => only !== "survivors" || amiss(score) > 0;
  const rows = proof.requirements
    .filter((clause) => clause.tested && (!requirement || clause.id === requirement))
    .map((clause) => ({
      clause,
      cells: new Map(cellsOf(clause, suite).filter((cell) => !operator || cell.operator === operator).map((cell) => [cell.operator, cell])),
    }))
    .filter(({ cells }) => (cells.size > 0 || (!suite && !operator && !only)) && (only !== "survivors" || [...cells.values()].some(wanted)));
  const columns = proof.operators
    .map((one) => one.id)
    .filter((id) => rows.some(({ cells }) => cells.has(id) && wanted(cells.get(id))));
  return { rows, columns };
}

function killTable({ rows, columns }) {
  const documents = new Map();
  for (const row of rows) {
    const { document } = row.clause.source;
    documents.set(document, [...(documents.get(document) ?? []), row]);
  }
  const head = (id) => h("th", { scope: "col", class: "operator" }, h("span", { title: proof.says.get(id) }, id));
  const table = h(
    "table",
    { class: "grid kills" },
    h("caption", { class: "unseen" }, "Clauses down, ways of altering answers across"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Clause"), columns.map(head))),
    [...documents].map(([document, list]) =>
      h(
        "tbody",
        {},
        h("tr", { class: "document" }, h("th", { scope: "rowgroup", colspan: String(columns.length + 1) }, h("span", {}, document))),
        list.map(({ clause, cells }) =>
          h(
            "tr",
            {},
            h("th", { scope: "row", title: clause.says }, h("code", {}, clause.id), " ", level(clause.level)),
            columns.map((id) => killCell(clause, id, cells.get(id))),
          ),
        ),
      ),
    ),
  );
  walkable(table);
  return h("div", { class: "wide panel", role: "region", tabindex: "0", "aria-label": "Clauses and alterations" }, table);
}

function showKills() {
  const section = document.getElementById("kills");
  const suites = [...new Set(proof.requirements.flatMap((clause) => clause.suites.map((one) => one.suite)))].sort();
  const named = (id) => option(id, id);
  const clear = h("button", { type: "button" }, "Clear");
  clear.addEventListener("click", () => go({ suite: null, operator: null, requirement: null, only: null, page: null }));
  const form = h(
    "form",
    { class: "filters panel", role: "search", "aria-label": "Kill matrix and what went unnoticed" },
    choice("suite", "Suite", [option("", "any"), suites.map(named)]),
    choice("operator", "Alteration", [option("", "any"), proof.operators.map((one) => named(one.id))]),
    choice("requirement", "Clause", [option("", "any"), proof.requirements.filter((one) => one.tested).map((one) => named(one.id))]),
    choice("only", "Show", [option("", "everything"), option("survivors", "only what went wrong")]),
    clear,
  );
  form.addEventListener("submit", (event) => event.preventDefault());
  const count = h("p", { id: "shown", role: "status" });
  const place = h("div", {});
  fill(
    section,
    h(
      "p",
      { class: "quiet" },
      "Each cell says what became of the answers that were altered in one way, where a clause is cited or judged; it opens those that nobody noticed. ",
      h("span", { class: "legend" }, OUTCOMES.toReversed().map(([, name]) => word(name)), h("span", {}, "· not applicable")),
    ),
    form,
    count,
    place,
  );
  section.hidden = false;
  let key = null;
  follow((said) => {
    const { suite, operator, requirement, only } = said;
    const now = JSON.stringify([suite, operator, requirement, only]);
    if (key === now) return;
    key = now;
    for (const field of form.querySelectorAll("select")) {
      const value = said[field.name] ?? "";
      // A word that isn't offered is shown as it stands, for it is what nothing was found by.
      if (![...field.options].some((one) => one.value === value)) field.append(named(value));
      if (field.value !== value) field.value = value;
    }
    const kills = killsNow(said);
    const none = kills.rows.length === 0 || kills.columns.length === 0;
    refill(count, none ? "No altered answer is like this." : `${plural(kills.rows.length, "clause")}, ${plural(kills.columns.length, "way")} of altering.`);
    refill(place, none ? null : killTable(kills));
  });
}
