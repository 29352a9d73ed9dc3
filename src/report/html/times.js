/** Where each bar of the histogram begins, in milliseconds; the last one has no end. */
const STEPS = [0, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];

const bound = (milliseconds) => (milliseconds >= 1000 ? `${milliseconds / 1000} s` : `${milliseconds} ms`);

/** How long answers took to come, from the first request that was answered fastest to the slowest. */
function histogram(times) {
  const counts = STEPS.map((from, at) => times.filter((time) => time >= from && time < (STEPS[at + 1] ?? Infinity)).length);
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  const most = Math.max(...counts);
  const range = (at) => (STEPS[at + 1] === undefined ? `${bound(STEPS[at])} or more` : `${bound(STEPS[at])} – ${bound(STEPS[at + 1])}`);
  return h(
    "table",
    { class: "histogram" },
    h("caption", {}, "Answers by the time to their end"),
    h("thead", { class: "unseen" }, h("tr", {}, ["time", "answers", "as a bar"].map((text) => h("th", { scope: "col" }, text)))),
    h(
      "tbody",
      {},
      counts.slice(first, last + 1).map((count, at) => {
        const bar = h("span", { "aria-hidden": "true" });
        bar.style.setProperty("--share", count / most);
        return h(
          "tr",
          {},
          h("th", { scope: "row", class: "number" }, range(first + at)),
          h("td", { class: "number" }, count.toLocaleString("en")),
          h("td", { class: "bar" }, bar),
        );
      }),
    ),
  );
}

function slowest() {
  const rows = report.rows
    .filter((row) => row.times.length > 1)
    .sort((a, b) => b.times[0] - a.times[0] || a.position - b.position)
    .slice(0, 10);
  return h(
    "table",
    { class: "slowest" },
    h("caption", {}, "The slowest trials. ", listLink({ sort: "slowest" }, "All, slowest first")),
    h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "number" }, "Time"), h("th", { scope: "col" }, "Trial"), h("th", { scope: "col", class: "number" }, "Requests"))),
    h(
      "tbody",
      {},
      rows.map((row) =>
        h(
          "tr",
          {},
          h("td", { class: "number" }, duration(row.times[0])),
          h("th", { scope: "row" }, trialLink(row, {}, h("code", {}, row.id))),
          h("td", { class: "number" }, String(row.times.length - 1)),
        ),
      ),
    ),
  );
}

function showTimes() {
  const times = report.rows.flatMap((row) => row.times.slice(1)).sort((a, b) => a - b);
  if (times.length === 0) return;
  const part = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  const marks = [
    ["median", part(0.5)],
    ["95 of 100 within", part(0.95)],
    ["99 of 100 within", part(0.99)],
    ["slowest", times.at(-1)],
  ];
  const section = document.getElementById("times");
  fill(
    section,
    h("dl", { class: "marks" }, marks.map(([name, time]) => h("div", {}, h("dt", {}, name), h("dd", {}, duration(time))))),
    h("div", { class: "columns" }, h("div", { class: "panel" }, histogram(times)), h("div", { class: "panel" }, slowest())),
  );
  section.hidden = false;
}
