/** The line of the suite, with what is meant underlined. */
function snippet(finding) {
  const place = `${finding.file}:${finding.line}:${finding.column}`;
  const number = String(finding.line);
  const text = finding.text ?? "";
  // How deep a line stands in its file says nothing here.
  const line = text.trimStart();
  const blanks = Math.max(0, finding.column - 1 - (Array.from(text).length - Array.from(line).length));
  const before = Array.from(line)
    .slice(0, blanks)
    .map((character) => (character === "\t" ? "\t" : " "))
    .join("");
  const caret = "^".repeat(Math.max(1, Math.min(finding.length ?? 1, 200)));
  return h(
    "pre",
    { class: "snippet", tabindex: "0" },
    h("span", { class: "quiet" }, `${" ".repeat(number.length)}--> `),
    place,
    h("span", { class: "quiet" }, `\n${number} | `),
    line,
    h("span", { class: "quiet", "aria-hidden": "true" }, `\n${" ".repeat(number.length)} | `),
    h("span", { class: "caret", "aria-hidden": "true" }, before + caret),
  );
}
