/** So many kinds of altered answers stand on a page of the list. */
const TOGETHER = 50;

/** An altered answer, and what would notice it. */
function alteredShown(one) {
  const alarm = one.outcome === "false alarm";
  return [
    h("p", { class: "line" }, h("code", {}, one.request)),
    h("p", { class: "small quiet" }, "in ", h("code", {}, one.trial), ", at ", h("code", {}, one.at)),
    sideBySide(one.before, one.after, ["the answer", "as it was altered"]),
    alarm && [
      h("p", {}, h("b", {}, "A case said: "), coded(one.said ?? "")),
      h("p", {}, h("b", {}, "It is lawful: "), coded(one.lawful ?? "")),
    ],
    h("p", { class: "small quiet" }, alarm ? "The expectation that fails:" : "The expectation that lets it pass:"),
    snippet(one),
    one.remedy && [h("p", { class: "small quiet" }, "A line that would notice:"), copyable("the line that would notice", one.remedy)],
    one.allowance && [h("p", { class: "small quiet" }, "Or, if it is lawful:"), copyable("the line that allows it", one.allowance)],
  ];
}

/** Altered answers of one kind as a block. What it holds is only made when somebody opens it. */
function unnoticedShown(one, open) {
  const details = h(
    "details",
    { class: "panel altered" },
    h(
      "summary",
      {},
      word(one.outcome, one.count > 1 && ` ${one.count.toLocaleString("en")}`),
      h("code", {}, `${one.suite}/${one.case}`),
      h("span", {}, one.operator),
      h("code", { class: "quiet" }, one.part),
    ),
  );
  const layOut = () => {
    if (details.open && details.childElementCount === 1) fill(details, h("div", { class: "content" }, alteredShown(one)));
  };
  details.open = open;
  layOut();
  details.addEventListener("toggle", layOut);
  return details;
}

function showUnnoticed() {
  const section = document.getElementById("unnoticed");
  const count = h("p", { id: "count", role: "status" });
  const list = h("div", { class: "list" });
  const pages = h("nav", { class: "pages", "aria-label": "Pages of the list" });
  fill(section, count, list, pages);
  section.hidden = false;
  let key = null;
  follow((said) => {
    const { suite, operator, requirement } = said;
    const found = unnoticedNow(said);
    const last = Math.max(1, Math.ceil(found.length / TOGETHER));
    const page = Math.min(Math.max(1, Number.parseInt(said.page ?? "1", 10) || 1), last);
    const now = JSON.stringify([suite, operator, requirement, page]);
    if (key === now) return;
    key = now;
    const total = found.reduce((sum, one) => sum + one.count, 0);
    const filtered = suite || operator || requirement;
    refill(
      count,
      found.length === 0
        ? filtered ? "Nothing of this kind." : "Nothing: every altered answer that the contract forbids was noticed."
        : `${plural(total, "altered answer")} of ${plural(found.length, "kind")}${last > 1 ? `, page ${page} of ${last}` : ""}.`,
    );
    refill(list, found.slice((page - 1) * TOGETHER, page * TOGETHER).map((one) => unnoticedShown(one, found.length === 1)));
    const turn = (to, text) => {
      const button = h("button", { type: "button", disabled: to < 1 || to > last }, text);
      button.addEventListener("click", () => {
        go({ page: to === 1 ? null : String(to) });
        document.getElementById("unnoticed-title").scrollIntoView({ block: "start" });
        (text === "Next" ? pages.lastElementChild : pages.firstElementChild)?.focus({ preventScroll: true });
      });
      return button;
    };
    refill(pages, last > 1 && [turn(page - 1, "Previous"), h("span", { class: "quiet" }, `page ${page} of ${last}`), turn(page + 1, "Next")]);
  });
}

/** What a cell of the kill matrix holds. */
function cellShown(clause, operator) {
  const { suite } = address();
  const score = cellsOf(clause, suite).find((cell) => cell.operator === operator) ?? {};
  const kinds = unnoticedNow({ suite, operator, requirement: clause.id });
  const counted = OUTCOMES.filter(([key]) => numberOf(score, key) > 0);
  return [
    h("p", { class: "facts" }, counted.map(([key, name]) => word(name, ` ${numberOf(score, key).toLocaleString("en")}`)), counted.length === 0 && "No answer could be altered like this.", suite && h("span", { class: "quiet" }, `in ${suite}`)),
    h("p", {}, h("b", {}, operator), ": ", coded(proof.says.get(operator) ?? "")),
    h("div", { class: "clause" }, h("p", {}, level(clause.level), " ", h("code", {}, clause.id)), h("p", {}, coded(clause.says)), h("p", { class: "quiet small" }, `${clause.source.document}, ${clause.source.section}`)),
    kinds.length === 0 && counted.length > 0 && h("p", {}, numberOf(score, "accepted") > 0 ? "What went unnoticed is known: survivors.yaml says why." : "Nothing went unnoticed."),
    kinds.length === 0 && clause.proven_by && h("p", { class: "quiet small" }, "The clause was first seen to be judged by ", h("code", {}, clause.proven_by.operator), " at ", h("code", {}, clause.proven_by.at), " in ", h("code", {}, clause.proven_by.trial), "."),
    kinds.slice(0, TOGETHER).map((one, at) => unnoticedShown(one, at < 3)),
    kinds.length > TOGETHER && h("p", {}, unnoticedLink({ suite, operator, requirement: clause.id }, `all ${kinds.length} kinds`)),
  ];
}

/** Opens the cell that the address names, and leads back to where it was opened from. */
function openCells() {
  const dialog = document.getElementById("cell");
  let shown = null;
  let from = null;
  const show = (cell) => {
    const at = cell.lastIndexOf(" ");
    const [id, operator] = [cell.slice(0, at), cell.slice(at + 1)];
    const clause = proof.clauses.get(id);
    const close = h("button", { type: "button", class: "close" }, "Close");
    close.addEventListener("click", () => dialog.close());
    refill(
      dialog,
      h("header", {}, h("h2", { id: "cell-title", tabindex: "-1" }, clause ? `${id} · ${operator}` : cell), h("div", { class: "buttons" }, close)),
      h("div", { class: "content" }, clause ? cellShown(clause, operator) : h("p", {}, "No clause of this contract has this id.")),
    );
    dialog.scrollTop = 0;
  };
  dialog.addEventListener("close", () => {
    if (shown !== null) go({ cell: null });
    if (from?.isConnected) from.focus();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-cell]");
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    from = link;
    go({ cell: link.dataset.cell });
  });
  follow(({ cell = null }) => {
    if (cell === shown) return;
    shown = cell;
    if (cell === null) {
      dialog.close();
      return;
    }
    show(cell);
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("h2").focus();
  });
}
