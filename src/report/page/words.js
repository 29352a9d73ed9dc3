// A page says in `LOOKS` which colour and which mark each of its words has.

/** A word with its mark, in its colour. */
function word(text, ...more) {
  const [tone, mark] = LOOKS[text] ?? LOOKS.unknown;
  return h("span", { class: `word ${tone}` }, h("span", { "aria-hidden": "true" }, mark), text, ...more);
}

const level = (text) => h("span", { class: `level ${text}` }, text);

/** The lines of an element of data; one that isn't ended is none. */
const linesOf = (element) => element.textContent.split("\n").slice(1, -1);

/** The value of a line, or nothing if it is damaged. */
function valueOf(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
