/** A matrix with more cells is laid out when it is opened. */
const AT_ONCE = 150;

/** A cell, which leads to its trial. */
function cellShown(row, says) {
  if (row === undefined) return h("td", { class: "cell absent" }, h("span", { class: "quiet" }, "not run"));
  const said = row.waived ?? row.verdict;
  const [tone, mark] = LOOKS[said];
  return h(
    "td",
    { class: `cell ${tone}${row.withholds ? " withholds" : ""}` },
    trialLink(
      row,
      { tabindex: "-1", title: says },
      h("span", { "aria-hidden": "true" }, `${mark} `),
      row.sees ?? "",
      h("span", { class: "unseen" }, ` ${said}`),
    ),
  );
}

/** The grid: the last axis goes across, the others down. */
function grid(matrix, cells) {
  const axes = matrix.axes;
  const across = axes.at(-1);
  const down = axes.slice(0, -1);
  const rows = down.reduce((all, axis) => all.flatMap((row) => axis.values.map((value) => [...row, value])), [[]]);
  const at = (values) => cells.get(JSON.stringify(values));
  const corner = down.length === 0 ? [h("td", {})] : down.map((axis) => h("th", { scope: "col" }, axis.axis));
  const table = h(
    "table",
    { class: "grid" },
    h("caption", {}, `${down.map((axis) => axis.axis).join(" · ")}${down.length > 0 ? " down, " : ""}${across.axis} across`),
    h("thead", {}, h("tr", {}, corner, across.values.map((value) => h("th", { scope: "col" }, value)))),
    h(
      "tbody",
      {},
      rows
        .filter((row) => across.values.some((value) => at([...row, value])))
        .map((row) =>
          h(
            "tr",
            {},
            row.length === 0 ? h("td", {}) : row.map((value) => h("th", { scope: "row" }, value)),
            across.values.map((value) => {
              const values = [...row, value];
              return cellShown(at(values), axes.map((axis, index) => `${axis.axis} ${values[index]}`).join(", "));
            }),
          ),
        ),
    ),
  );
  walkable(table);
  return h("div", { class: "wide" }, table);
}

function matrixShown(matrix, rows) {
  const cells = new Map(rows.map((row) => [JSON.stringify(row.cell), row]));
  const counts = VERDICTS.map((verdict) => [verdict, rows.filter((row) => row.verdict === verdict).length]);
  const ill = rows.some((row) => row.verdict !== "conforms");
  const open = ill || (rows.some((row) => row.withholds) && rows.length <= AT_ONCE);
  const details = h(
    "details",
    { class: "panel matrix" },
    h(
      "summary",
      {},
      h("h3", {}, `${matrix.suite}/${matrix.case}`),
      h("span", { class: "quiet" }, matrix.axes.map((axis) => axis.axis).join(" × ")),
      h("span", { class: "tally" }, counts.filter(([, count]) => count > 0).map(([verdict, count]) => word(verdict, ` ${count}`))),
    ),
    matrix.title && h("p", { class: "quiet title" }, matrix.title),
  );
  const layOut = () => {
    if (details.querySelector("table") === null) details.append(grid(matrix, cells));
  };
  if (open) {
    layOut();
    details.open = true;
  }
  details.addEventListener("toggle", layOut);
  return details;
}

function showMatrices() {
  const byMatrix = new Map(report.run.matrices.map((matrix) => [`${matrix.suite}/${matrix.case}`, []]));
  for (const row of report.rows.filter((one) => one.cell)) byMatrix.get(`${row.suite}/${row.case}`)?.push(row);
  const section = document.getElementById("matrices");
  if (report.run.matrices.length === 0) return;
  fill(
    section,
    h(
      "p",
      { class: "quiet" },
      "Each cell says what is to be seen, and whether it was; it leads to the exchange. ",
      h("span", { class: "legend" }, ["conforms", "violates", "inconclusive", "skipped"].map((verdict) => word(verdict))),
      " ",
      h("span", { class: "legend" }, h("span", { class: "word idle withholds" }, "striped"), " something is withheld"),
    ),
    report.run.matrices.map((matrix) => matrixShown(matrix, byMatrix.get(`${matrix.suite}/${matrix.case}`))),
  );
  section.hidden = false;
}
