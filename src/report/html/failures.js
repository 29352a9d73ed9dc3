/** So many trials are named under each clause. */
const MOST_NAMED = 5;

const findingOf = (row, clause) => whole(row).findings.find((finding) => finding.requirement === clause.id);

/** A clause that is broken: its first finding in full, a few more trials by name. */
function brokenClause(clause) {
  const [first, ...rest] = clause.breaking;
  const finding = findingOf(first, clause);
  const more = clause.breaking.length - 1 - MOST_NAMED;
  return h(
    "article",
    { class: "panel failure", "aria-labelledby": `broken-${clause.id}` },
    h(
      "header",
      {},
      h("h3", { id: `broken-${clause.id}` }, word("violates"), " ", clause.id),
      level(clause.level),
      listLink({ requirement: clause.id, verdict: "violates" }, plural(clause.breaking.length, "trial")),
    ),
    h("p", {}, coded(clause.says)),
    h("p", { class: "quiet small" }, `${clause.source.document}, ${clause.source.section}`),
    clause.reading && h("p", { class: "small" }, h("b", {}, "As we read it: "), coded(clause.reading)),
    h("p", { class: "first" }, trialLink(first, {}, h("code", {}, first.id))),
    h("ol", { class: "plain" }, finding ? findingShown(finding) : null),
    h("p", { class: "again quiet small" }, "again"),
    copyable("command", whole(first).rerun ?? ""),
    rest.length > 0 &&
      h(
        "ul",
        { class: "plain others" },
        rest.slice(0, MOST_NAMED).map((row) =>
          h(
            "li",
            {},
            trialLink(row, {}, h("code", {}, row.id)),
            h("span", { class: "quiet" }, " ", coded(findingOf(row, clause)?.message ?? "")),
          ),
        ),
      ),
    more > 0 && h("p", {}, listLink({ requirement: clause.id, verdict: "violates" }, `and ${plural(more, "more trial")}`)),
  );
}

/** Trials that could not be judged, by the reason. */
function unjudged() {
  const reasons = new Map();
  for (const row of report.rows.filter((one) => one.verdict === "inconclusive")) {
    const reason = row.message ?? "no reason was given";
    reasons.set(reason, [...(reasons.get(reason) ?? []), row]);
  }
  if (reasons.size === 0) return null;
  const listed = [...reasons].slice(0, 20);
  return h(
    "article",
    { class: "panel failure", "aria-labelledby": "unjudged" },
    h("header", {}, h("h3", { id: "unjudged" }, word("inconclusive"), " Could not be judged"), listLink({ verdict: "inconclusive" }, "all of them")),
    h(
      "ul",
      { class: "plain others" },
      listed.map(([reason, rows]) =>
        h(
          "li",
          {},
          h("b", {}, plural(rows.length, "trial")),
          " ",
          coded(reason),
          ", such as ",
          trialLink(rows[0], {}, h("code", {}, rows[0].id)),
        ),
      ),
    ),
    reasons.size > listed.length && h("p", { class: "quiet" }, `… and ${reasons.size - listed.length} more reasons`),
  );
}

function showFailures(clauses) {
  const broken = clauses
    .filter((clause) => clause.breaking.length > 0)
    .sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
  const section = document.getElementById("failures");
  const doubts = unjudged();
  fill(
    section,
    broken.length === 0 && h("p", { class: "quiet" }, doubts ? "No clause was found broken." : "Nothing."),
    broken.map(brokenClause),
    doubts,
    waiversShown(),
  );
  section.hidden = false;
}
