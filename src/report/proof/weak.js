/** So many weak places are shown at once, and so many cases of each are named. */
const MOST_WEAK = 20;
const MOST_CASES = 5;

function weakPlace({ kind, message, survived, cases, file, line, column, remedy }) {
  const more = cases.length - MOST_CASES;
  return h(
    "li",
    { class: "panel weakness" },
    h("h3", {}, h("span", { class: "word bad" }, kind), " ", h("span", { class: "message" }, coded(message))),
    h(
      "p",
      { class: "quiet small" },
      h("code", {}, `${file}:${line}:${column}`),
      ` · ${plural(survived, "altered answer")} passed in `,
      cases.slice(0, MOST_CASES).map((name, at) => [at > 0 && ", ", h("code", {}, name)]),
      more > 0 && ` and ${more} more`,
    ),
    remedy && [h("p", { class: "quiet small add" }, "add"), copyable("the line that would notice", remedy)],
  );
}

function showWeak() {
  const section = document.getElementById("weak");
  const list = h("ol", { class: "plain weaknesses" });
  const rest = proof.weaknesses.length - MOST_WEAK;
  const all = rest > 0 && h("button", { type: "button" }, `Show ${plural(rest, "more place")}`);
  fill(list, proof.weaknesses.slice(0, MOST_WEAK).map(weakPlace));
  if (all) {
    all.addEventListener("click", () => {
      fill(list, proof.weaknesses.slice(MOST_WEAK).map(weakPlace));
      all.remove();
      const next = list.children[MOST_WEAK];
      next.tabIndex = -1;
      next.focus();
    });
  }
  fill(
    section,
    proof.weaknesses.length === 0
      ? h("p", { class: "quiet" }, "Nowhere that was looked at.")
      : h("p", { class: "quiet" }, "The worst first."),
    list,
    all && h("p", {}, all),
    proof.stale.length > 0 && [
      h("h3", {}, "Declarations that nothing bears out"),
      h("ul", {}, proof.stale.map(({ message, file, line, column }) => h("li", {}, h("code", {}, `${file}:${line}:${column}`), " ", coded(message)))),
    ],
  );
  section.hidden = false;
}
