/** So many trials stand on a page of the list. */
const TOGETHER = 100;

const SORTS = { plan: "in plan order", slowest: "slowest first" };

let listed = { key: null, rows: [] };

/** The trials that the address asks for. */
function listedNow() {
  const { q = "", suite, level: wanted, verdict, requirement, sort } = address();
  const key = JSON.stringify([q, suite, wanted, verdict, requirement, sort]);
  if (listed.key === key) return listed.rows;
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const clause = requirement ? report.run.clauses.findIndex((one) => one.id === requirement) : -1;
  const text = (row) => {
    row.text ??= [row.id, row.message ?? "", ...[...row.cites, ...row.breaks].map((index) => report.run.clauses[index].id)].join(" ").toLowerCase();
    return row.text;
  };
  const rows = report.rows.filter(
    (row) =>
      (!suite || row.suite === suite) &&
      (!wanted || row.level === wanted) &&
      (!verdict || row.verdict === verdict) &&
      (!requirement || (clause !== -1 && concerns(row, clause))) &&
      words.every((one) => text(row).includes(one)),
  );
  if (sort === "slowest") rows.sort((a, b) => b.times[0] - a.times[0] || a.position - b.position);
  listed = { key, rows };
  return rows;
}

function searchField() {
  const input = h("input", { type: "search", id: "filter-q", name: "q", autocomplete: "off", placeholder: "id, message, clause" });
  input.addEventListener("input", () => go({ q: input.value || null, page: null }, false));
  return h("div", { class: "field grow" }, h("label", { for: "filter-q" }, "Search"), input);
}

function listRow(row) {
  const clauses = [...new Set([...row.breaks, ...row.cites])];
  return h(
    "tr",
    {},
    h("td", {}, word(row.waived ?? row.verdict)),
    h(
      "th",
      { scope: "row" },
      trialLink(row, {}, h("code", {}, row.id)),
      row.message && h("p", { class: "quiet small" }, coded(row.message)),
    ),
    h("td", {}, level(row.level)),
    h(
      "td",
      { class: "small" },
      clauses.slice(0, 3).map((index) => h("code", { class: row.breaks.includes(index) && "breaks" }, `${report.run.clauses[index].id} `)),
      clauses.length > 3 && `+${clauses.length - 3}`,
    ),
    h("td", { class: "number" }, duration(row.times[0])),
  );
}

function showList() {
  const section = document.getElementById("trials");
  const suites = [...new Set(report.rows.map((row) => row.suite))];
  const tested = report.run.clauses.filter((clause) => !clause.not_tested);
  const count = h("p", { id: "count", role: "status" });
  const table = h("div", { class: "panel" });
  const pages = h("nav", { class: "pages", "aria-label": "Pages of the list" });
  const clear = h("button", { type: "button" }, "Clear");
  clear.addEventListener("click", () => go({ q: null, suite: null, level: null, verdict: null, requirement: null, sort: null, page: null }));
  const form = h(
    "form",
    { class: "filters panel", role: "search", "aria-label": "Trials" },
    searchField(),
    choice("verdict", "Verdict", [option("", "any"), VERDICTS.map((one) => option(one, one))]),
    choice("suite", "Suite", [option("", "any"), suites.map((one) => option(one, one))]),
    choice("level", "Level", [option("", "any"), LEVELS.map((one) => option(one, one))]),
    choice("requirement", "Clause", [option("", "any"), tested.map((one) => option(one.id, one.id))]),
    choice("sort", "Order", Object.entries(SORTS).map(([value, text]) => option(value === "plan" ? "" : value, text))),
    clear,
  );
  form.addEventListener("submit", (event) => event.preventDefault());
  fill(section, form, count, table, pages);
  section.hidden = false;

  let key = null;
  follow((said) => {
    const rows = listedNow();
    const last = Math.max(1, Math.ceil(rows.length / TOGETHER));
    const page = Math.min(Math.max(1, Number.parseInt(said.page ?? "1", 10) || 1), last);
    if (key === `${listed.key} ${page}`) return;
    key = `${listed.key} ${page}`;
    for (const field of form.querySelectorAll("select, input")) {
      const value = said[field.name] ?? "";
      // A word that isn't offered is shown as it stands, for it is what nothing was found by.
      if (field.localName === "select" && ![...field.options].some((one) => one.value === value)) field.append(option(value, value));
      if (field.value !== value) field.value = value;
    }
    const first = (page - 1) * TOGETHER;
    const shown = rows.slice(first, first + TOGETHER);
    refill(
      count,
      rows.length === 0
        ? "No trial is like this."
        : `${plural(rows.length, "trial")}${rows.length < report.rows.length ? ` of ${report.rows.length.toLocaleString("en")}` : ""}${last > 1 ? `, ${first + 1} to ${first + shown.length} shown` : ""}.`,
    );
    refill(
      table,
      shown.length > 0 &&
        h(
          "table",
          { class: "list" },
          h("caption", { class: "unseen" }, "Trials"),
          h("thead", {}, h("tr", {}, ["Verdict", "Trial", "Level", "Clauses"].map((text) => h("th", { scope: "col" }, text)), h("th", { scope: "col", class: "number" }, "Time"))),
          h("tbody", {}, shown.map(listRow)),
        ),
    );
    table.hidden = shown.length === 0;
    const turn = (to, text) => {
      const button = h("button", { type: "button", disabled: to < 1 || to > last }, text);
      button.addEventListener("click", () => {
        go({ page: to === 1 ? null : String(to) });
        count.scrollIntoView({ block: "center" });
        (text === "Next" ? [...pages.querySelectorAll("button")].at(-1) : pages.querySelector("button"))?.focus({ preventScroll: true });
      });
      return button;
    };
    refill(pages, last > 1 && [turn(page - 1, "Previous"), h("span", { class: "quiet" }, `page ${page} of ${last}`), turn(page + 1, "Next")]);
  });
}
