function caseRow(one) {
  const at = one.id.lastIndexOf("/");
  const count = (key) => {
    const number = numberOf(one, key);
    const [, , tone] = OUTCOMES.find(([known]) => known === key);
    return h("td", { class: `number ${number === 0 ? "none" : amiss({ [key]: number }) > 0 ? tone : ""}` }, number.toLocaleString("en"));
  };
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("code", {}, one.id), " ", level(one.level)),
    ["killed", "survived", "accepted", "tolerated", "false_alarms"].map(count),
    h("td", { class: "number" }, (one.noticed_elsewhere ?? 0).toLocaleString("en")),
    h("td", {}, amiss(one) > 0 && unnoticedLink({ suite: one.id.slice(0, at) }, "unnoticed", h("span", { class: "unseen" }, ` in the suite of ${one.id}`))),
  );
}

/** The cases, those that let most pass first. */
function showCases() {
  const section = document.getElementById("cases");
  const heads = ["killed", "survived", "accepted", "tolerated", "false alarms", "noticed by another case"];
  const sorted = proof.cases.toSorted((a, b) => amiss(b) - amiss(a));
  const body = h("tbody", {});
  fill(
    section,
    h("p", { class: "quiet" }, "What a case killed is what it noticed itself. Those that let most pass come first."),
    h(
      "div",
      { class: "wide panel", role: "region", tabindex: "0", "aria-label": "Altered answers by case" },
      h(
        "table",
        { class: "cases" },
        h("caption", { class: "unseen" }, "Altered answers by case"),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Case"), heads.map((text) => h("th", { scope: "col", class: "number" }, text)), h("th", { scope: "col" }, h("span", { class: "unseen" }, "leads to")))),
        body,
      ),
    ),
  );
  const show = ({ suite } = {}) => refill(body, sorted.filter((one) => !suite || one.id.slice(0, one.id.lastIndexOf("/")) === suite).map(caseRow));
  let before;
  follow((said) => {
    if (before === said.suite && body.childElementCount > 0) return;
    before = said.suite;
    show(said);
  });
  section.hidden = false;
}
