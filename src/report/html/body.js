/** The parts of a text of JSON: strings, punctuation, and all else. */
const TOKENS = /"(?:[^"\\]|\\[^])*"|[{}[\],:]|[^\s{}[\],:"]+/g;

const pointerPart = (name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;

/**
 * A JSON text as lines, each with the pointer to the value that begins in it; null if it is none. The text is laid out
 * and nothing else: numbers keep their digits, strings their escapes, names that stand twice stand twice.
 */
function jsonLines(text) {
  if (valueOf(text) === undefined) return null;
  const tokens = text.match(TOKENS) ?? [];
  const lines = [];
  let line = { depth: 0, text: "", pointer: "" };
  const open = [];
  const end = () => {
    if (line.text !== "") lines.push(line);
    line = { depth: open.length, text: "", pointer: undefined };
  };
  tokens.forEach((token, at) => {
    const inside = open.at(-1);
    if (token === "{" || token === "[") {
      if (line.pointer === undefined) line.pointer = begun(inside);
      line.text += token;
      open.push({ path: line.pointer, list: token === "[", index: 0, name: null });
      if (tokens[at + 1] !== "}" && tokens[at + 1] !== "]") end();
    } else if (token === "}" || token === "]") {
      const empty = tokens[at - 1] === "{" || tokens[at - 1] === "[";
      const closed = open.pop();
      if (!empty) {
        end();
        line.pointer = closed.path;
      }
      line.text += token;
    } else if (token === ",") {
      line.text += ",";
      if (inside.list) inside.index += 1;
      else inside.name = null;
      end();
    } else if (token === ":") {
      line.text += ": ";
    } else if (inside && !inside.list && inside.name === null) {
      inside.name = valueOf(token) ?? token;
      line.pointer = begun(inside);
      line.text += token;
    } else {
      if (line.pointer === undefined) line.pointer = begun(inside);
      line.text += token;
    }
  });
  end();
  return lines;
}

/** The pointer to the value that begins now. */
const begun = (inside) =>
  inside === undefined ? "" : inside.path + pointerPart(inside.list ? String(inside.index) : (inside.name ?? ""));

/** A body as it is shown; lines at one of the pointers are marked. */
function bodyShown(body, pointers = []) {
  if (body === null) return h("p", { class: "quiet small" }, "No body.");
  if (body.length === 0) return h("p", { class: "quiet small" }, "An empty body.");
  const bytes = plural(body.length, "byte");
  if (body.shown === "binary") return h("p", { class: "quiet" }, `${bytes} that are no text.`);
  if (body.shown === "withheld")
    return h("p", { class: "quiet" }, `${bytes}, not shown: they hold a secret in a way in which it can't be masked.`);
  const lines = body.shown === "whole" ? jsonLines(body.text) : null;
  const content =
    lines === null
      ? [body.text]
      : lines.map((line) => {
          const text = "  ".repeat(line.depth) + line.text + "\n";
          return pointers.includes(line.pointer) ? h("mark", {}, text) : text;
        });
  return [
    h("pre", { class: "body", tabindex: "0" }, content),
    h("p", { class: "quiet small" }, body.shown === "beginning" ? `The beginning of ${bytes}.` : bytes),
  ];
}
