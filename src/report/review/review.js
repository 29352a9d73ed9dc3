/** What a change means: its word in the data, its colour and mark, and what it says to a reader. */
const CLASSES = [
  ["breaks the contract", "breaks", "bad", "✗", "the checks fail on it too"],
  ["unpinned", "unpinned", "doubt", "?", "no requirement speaks of it"],
  ["lawful change", "lawful", "good", "✓", "the contract allows it"],
  ["new", "new", "doubt", "+", "no answer was ever accepted here"],
];

/** How a kind of change is said. */
const KINDS = {
  status: "another value",
  header: "another value",
  added: "added",
  removed: "removed",
  type: "of another type",
  value: "another value",
  reordered: "in another order",
  body: "another text",
};

const lookOf = (word) => CLASSES.find(([known]) => known === word) ?? CLASSES[1];

/** A class with its mark, in its colour. */
function classWord(word) {
  const [, , tone, mark] = lookOf(word);
  return h("span", { class: `word ${tone}` }, h("span", { "aria-hidden": "true" }, mark), word);
}

/** The values of all lines of the elements of data with this name. */
function linesOf(name) {
  const elements = [...document.querySelectorAll(`script.${name}`)];
  return elements.flatMap((element) => element.textContent.split("\n").slice(1, -1)).map((line) => JSON.parse(line));
}

/** A word of a shell. */
const shellWord = (text) => (/^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function showClause(id, clauses) {
  const clause = clauses.get(id);
  if (clause === undefined) return h("li", {}, h("code", {}, id));
  const { level, says, document, section } = clause;
  return h(
    "li",
    {},
    h("code", {}, id),
    " ",
    h("span", { class: `level ${level}` }, level),
    " ",
    coded(says),
    " ",
    h("span", { class: "quiet small" }, `(${document}, ${section})`),
  );
}

function showChange({ at, kind, before, after, class: means, because }) {
  const where = kind === "header" ? `header ${at}` : at === "" ? "the body" : at;
  const sides = before === null && after === null ? null : sideBySide(before ?? "nothing", after ?? "nothing", ["accepted", "now"]);
  return h(
    "li",
    { class: "change" },
    h("h3", {}, h("code", {}, where), h("span", { class: "quiet" }, KINDS[kind] ?? kind), classWord(means)),
    sides,
    because === null ? null : h("p", { class: "quiet" }, coded(because)),
  );
}

/** One answer as a block. Its whole text is only made when somebody opens it. */
function showAnswer(one, clauses, command) {
  const whole = h("details", {}, h("summary", {}, one.new ? "The whole answer" : "Both answers as a whole"));
  whole.open = one.new;
  const fillWhole = () => {
    if (!whole.open || whole.childElementCount > 1) return;
    const text = one.accepted === null ? h("pre", { tabindex: "0" }, one.came) : sideBySide(one.accepted, one.came, ["accepted", "now"]);
    fill(whole, text);
  };
  whole.addEventListener("toggle", fillWhole);
  fillWhole();
  const means = one.means;
  const word = shellWord(one.trial);
  return h(
    "article",
    { class: `panel answer ${lookOf(means)[1]}`, id: one.trial },
    h(
      "header",
      {},
      h("h2", {}, h("a", { href: `#${encodeURIComponent(one.trial)}` }, one.trial), one.new ? classWord("new") : null, one.class === null ? null : classWord(one.class)),
      h("p", { class: "quiet small" }, h("code", {}, one.source), " · ", h("code", {}, one.file)),
      h("ul", { class: "plain" }, one.requirements.map((id) => showClause(id, clauses))),
    ),
    h("ul", { class: "plain changes" }, one.changes.map(showChange)),
    whole,
    h(
      "div",
      { class: "commands" },
      copyable("the command that accepts it", `${command} --accept ${word}`),
      copyable("the command that rejects it", `${command} --reject ${word}`),
    ),
  );
}

document.addEventListener("DOMContentLoaded", () => {
  chooseTheme(document.getElementById("theme"));
  const [command] = linesOf("command");
  const clauses = new Map(linesOf("clauses").flat().map((clause) => [clause.id, clause]));
  const pending = linesOf("pending").map((one) => ({ ...one, means: one.class ?? (one.new ? "new" : "unpinned") }));
  // What breaks the contract comes first.
  const weight = (one) => CLASSES.findIndex(([known]) => known === one.means);
  pending.sort((a, b) => weight(a) - weight(b));
  const title = `${plural(pending.length, "answer")} to review`;
  refill(document.getElementById("title"), pending.length === 0 ? "Nothing awaits a review" : title);
  const counted = CLASSES.map((known) => [known, pending.filter((one) => one.means === known[0]).length]).filter(([, count]) => count > 0);
  fill(
    document.getElementById("summary"),
    counted.map(([[word, , , , says], count]) => h("p", {}, classWord(word), ` ${count.toLocaleString("en")}: ${says}`)),
  );
  const answers = document.getElementById("answers");
  const wanted = () => new URLSearchParams(location.hash.slice(1)).get("class");
  const show = () => {
    const only = wanted();
    refill(answers, pending.filter((one) => only === null || one.means === only).map((one) => showAnswer(one, clauses, command)));
    for (const link of document.querySelectorAll("#filters a")) {
      if ((link.dataset.class ?? null) === only) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  fill(
    document.getElementById("filters"),
    h("li", {}, h("a", { href: "#answers" }, "all")),
    counted.map(([[word]]) => h("li", {}, h("a", { href: `#class=${encodeURIComponent(word)}`, "data-class": word }, word))),
  );
  let shown;
  const follow = () => {
    // An address within what is shown leads there, and changes nothing else.
    if (shown !== wanted()) {
      shown = wanted();
      show();
    }
    document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  };
  addEventListener("hashchange", follow);
  follow();
});
