/** So many pairs of words are compared at most. */
const MOST_PAIRS = 250_000;

/**
 * What two texts have in common and what not, word by word: parts that are `same`, `gone` or `new`. Null where they are
 * too long, or have too little in common for it to say anything.
 */
function difference(before, after) {
  const words = (text) => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
  const [a, b] = [words(before), words(after)];
  if (a.length === 0 || b.length === 0 || a.length * b.length > MOST_PAIRS) return null;
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1] + 1
          : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  if ((2 * common[0]) / (a.length + b.length) < 0.5) return null;
  const parts = [];
  const add = (kind, text) => {
    if (parts.at(-1)?.kind === kind) parts.at(-1).text += text;
    else parts.push({ kind, text });
  };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add("same", a[i]);
      i += 1;
      j += 1;
    } else if (j === b.length || (i < a.length && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      add("gone", a[i]);
      i += 1;
    } else {
      add("new", b[j]);
      j += 1;
    }
  }
  return parts;
}

/** What was expected and observed, or two texts of other names, side by side, with what differs marked. */
function sideBySide(expected, observed, names = ["expected", "observed"]) {
  const parts = expected.length > 12 && observed.length > 12 ? difference(expected, observed) : null;
  const side = (kind, text) =>
    parts === null
      ? [text]
      : parts
          .filter((part) => part.kind === "same" || part.kind === kind)
          .map((part) => (part.kind === "same" ? part.text : h(kind === "gone" ? "del" : "ins", {}, part.text)));
  return h(
    "dl",
    { class: "sides" },
    h("div", {}, h("dt", {}, names[0]), h("dd", {}, h("pre", {}, side("gone", expected)))),
    h("div", {}, h("dt", {}, names[1]), h("dd", {}, h("pre", {}, side("new", observed)))),
  );
}
