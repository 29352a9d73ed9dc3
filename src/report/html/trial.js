/** The clause with its source, and what is said of it. */
function clauseShown(id) {
  const clause = report.run.clauses.find((one) => one.id === id);
  if (clause === undefined) return h("p", {}, h("code", {}, id));
  return h(
    "div",
    { class: "clause" },
    h("p", {}, level(clause.level), " ", h("a", { href: addressOf({ at: "clauses" }), "data-clause": id }, h("code", {}, id))),
    h("p", {}, coded(clause.says)),
    h("p", { class: "quiet small" }, `${clause.source.document}, ${clause.source.section}`),
  );
}

/** One disagreement. `before` is the one above it: what is the same isn't said again. */
function findingShown(finding, before) {
  const sameLine = before && before.file === finding.file && before.line === finding.line;
  return h(
    "li",
    { class: "finding" },
    h("p", { class: "message" }, coded(finding.message)),
    sameLine ? null : snippet(finding),
    sideBySide(finding.expected, finding.observed),
    h(
      "p",
      { class: "small quiet" },
      "rule ",
      h("code", {}, finding.rule),
      finding.pointer ? [" · at ", h("code", {}, finding.pointer)] : null,
      finding.fingerprint ? [" · finding ", h("code", {}, finding.fingerprint)] : null,
    ),
  );
}

/** The findings of a trial under the clauses that they break. */
function findingsShown(trial) {
  const ids = [...new Set(trial.findings.map((finding) => finding.requirement))];
  return ids.map((id) => {
    const findings = trial.findings.filter((finding) => finding.requirement === id);
    return h(
      "div",
      { class: "broken" },
      clauseShown(id),
      h("ol", { class: "plain" }, findings.map((finding, at) => findingShown(finding, findings[at - 1]))),
    );
  });
}

const stepName = (exchange) =>
  `${exchange.part} ${exchange.step + 1}${exchange.name === null ? "" : ` · ${exchange.name}`}`;

const outcomeOf = (exchange) =>
  exchange.answer === null ? exchange.failure : `${exchange.answer.status} ${exchange.answer.reason}`;

/** When each request was sent, and when its answer came. */
function timeline(trial) {
  const end = Math.max(trial.duration_ms, ...trial.exchanges.map((one) => one.began_ms + one.duration_ms), 0.001);
  const bar = (exchange) => {
    const element = h("span", { class: "span", "aria-hidden": "true" }, h("span", { class: "wait" }), h("span", { class: "read" }));
    const head = exchange.head_ms ?? exchange.duration_ms;
    element.style.setProperty("--from", exchange.began_ms / end);
    element.style.setProperty("--wait", head / end);
    element.style.setProperty("--read", Math.max(0, exchange.duration_ms - head) / end);
    return element;
  };
  const head = ["step", "request", "answer", "began", "to head", "to end"].map((text, at) =>
    h("th", { scope: "col", class: at > 2 ? "number" : null }, text),
  );
  return h(
    "div",
    { class: "wide", role: "region", tabindex: "0", "aria-label": "Timeline" },
    h(
      "table",
      { class: "timeline" },
      h("caption", { class: "unseen" }, "When each request was sent, and when its answer came"),
      h("thead", {}, h("tr", {}, head, h("th", { scope: "col" }, h("span", { class: "unseen" }, "as a bar")))),
      h(
        "tbody",
        {},
        trial.exchanges.map((one) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, stepName(one)),
            h("td", {}, `${one.request.method} as ${one.persona}`),
            h("td", {}, outcomeOf(one)),
            h("td", { class: "number" }, duration(one.began_ms)),
            h("td", { class: "number" }, one.head_ms === null ? "–" : duration(one.head_ms)),
            h("td", { class: "number" }, duration(one.duration_ms)),
            h("td", { class: "bar" }, bar(one)),
          ),
        ),
      ),
    ),
  );
}

const headersShown = (headers) =>
  headers.length === 0
    ? null
    : h("dl", { class: "headers" }, headers.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));

/** A request and its answer. `pointers` lead to what was found wrong. */
function exchangeShown(exchange, pointers) {
  const { request, answer } = exchange;
  const endings = {
    complete: null,
    short: "The connection ended before the declared length.",
    long: `${plural(answer?.surplus ?? 0, "byte")} followed after the end.`,
  };
  return h(
    "section",
    { class: "exchange", "aria-label": stepName(exchange) },
    h(
      "h4",
      {},
      stepName(exchange),
      h("span", { class: "quiet" }, ` as ${exchange.persona} `),
      exchange.findings.length > 0 && h("span", { class: "word bad" }, plural(exchange.findings.length, "finding")),
    ),
    h("p", { class: "line" }, h("code", {}, h("b", {}, request.method), " ", request.url)),
    h("details", {}, h("summary", {}, plural(request.headers.length, "header")), headersShown(request.headers)),
    request.body === null ? null : bodyShown(request.body),
    answer === null
      ? h("p", { class: "line bad" }, exchange.failure)
      : [
          h("p", { class: "line" }, h("code", {}, h("b", {}, String(answer.status)), " ", answer.reason)),
          h("details", { open: answer.headers.length < 12 }, h("summary", {}, plural(answer.headers.length, "header")), headersShown(answer.headers)),
          bodyShown(answer.body, pointers),
          endings[answer.ending] ? h("p", { class: "doubt line" }, endings[answer.ending]) : null,
        ],
  );
}

/** An attempt that isn't the one that counts: what it came to, and the first reason. */
function attemptShown(attempt) {
  const finding = attempt.findings[0];
  const because = finding ? `: ${finding.requirement}: ${finding.message}` : (attempt.notes[0] ?? "") && `: ${attempt.notes[0]}`;
  return h("li", {}, `Attempt ${attempt.attempt}, ${attempt.verdict}${because}`);
}

/** All that there is to know of a trial. */
function trialShown(row) {
  const trial = whole(row);
  const pointers = (exchange) => exchange.findings.map((index) => trial.findings[index]?.pointer).filter(Boolean);
  const cited = trial.requirements.filter((id) => !trial.findings.some((finding) => finding.requirement === id));
  const sections = [
    trial.notes.length > 0 && [h("h3", {}, "Notes"), h("ul", {}, trial.notes.map((note) => h("li", {}, coded(note))))],
    trial.waiver && [h("h3", {}, "Why it doesn't count"), [trial.waiver, ...(trial.more_waivers ?? [])].map(groundShown)],
    trial.findings.length > 0 && [h("h3", {}, "Findings"), findingsShown(trial)],
    trial.attempts?.length > 0 && [
      h("h3", {}, trial.flaky ? "Other attempts: it is flaky" : "Other attempts"),
      h("ul", {}, trial.attempts.map(attemptShown)),
    ],
    [h("h3", {}, "Run just this again"), copyable("command", trial.rerun ?? "")],
    trial.curl && [h("h3", {}, "The request alone"), copyable("curl", trial.curl)],
    trial.exchanges.length > 0 && [
      h("h3", {}, "Exchanges"),
      timeline(trial),
      (trial.requests ?? 0) > trial.exchanges.length &&
        h("p", { class: "quiet small" }, `${plural(trial.requests, "request")} were sent; not all are kept.`),
      trial.exchanges.map((exchange) => exchangeShown(exchange, pointers(exchange))),
    ],
    cited.length > 0 && [h("h3", {}, trial.findings.length > 0 ? "Also judged" : "Judged clauses"), cited.map(clauseShown)],
  ];
  return [
    h(
      "p",
      { class: "facts" },
      word(row.verdict),
      row.waived && word(row.waived),
      level(row.level),
      h("span", { class: "quiet" }, duration(row.times[0])),
      h("code", { class: "quiet" }, `${trial.file}:${trial.line}`),
    ),
    trial.title ? h("p", { class: "title" }, trial.title) : null,
    trial.cell &&
      h("p", { class: "quiet" }, Object.entries(trial.cell).map(([axis, value]) => `${axis}: ${value}`).join(" · ")),
    sections.filter(Boolean).map((section) => h("div", { class: "part" }, section)),
  ];
}

/** Opens the trial that the address names, and leads back to where it was opened from. */
function openTrials() {
  const dialog = document.getElementById("trial");
  let shown = null;
  let from = null;
  const neighbour = (row, way) => {
    const listed = listedNow();
    const at = listed.indexOf(row);
    return at === -1 ? undefined : listed[at + way];
  };
  const step = (row, way, text) => {
    const to = neighbour(row, way);
    const button = h("button", { type: "button", disabled: to === undefined, "data-way": way }, text);
    button.addEventListener("click", () => {
      go({ trial: to.id }, false);
      dialog.querySelector(`[data-way="${way}"]:not(:disabled)`)?.focus();
    });
    return button;
  };
  const show = (id) => {
    const row = report.byId.get(id);
    const close = h("button", { type: "button", class: "close" }, "Close");
    close.addEventListener("click", () => dialog.close());
    refill(
      dialog,
      h(
        "header",
        {},
        h("h2", { id: "trial-title", tabindex: "-1" }, id),
        h("div", { class: "buttons" }, row && step(row, -1, "Previous"), row && step(row, 1, "Next"), close),
      ),
      h("div", { class: "content" }, row ? trialShown(row) : h("p", {}, "No trial of this report has this id.")),
    );
    dialog.scrollTop = 0;
  };
  dialog.addEventListener("close", () => {
    if (shown !== null) go({ trial: null });
    from?.focus();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-trial], a[data-clause]");
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    if (link.dataset.clause) {
      from = null;
      go({ trial: null, at: "clauses" });
      const target = document.getElementById(`clause-${link.dataset.clause}`);
      target?.closest("details")?.setAttribute("open", "");
      target?.scrollIntoView({ block: "center" });
      target?.focus({ preventScroll: true });
      return;
    }
    if (!dialog.open) from = link;
    go({ trial: link.dataset.trial });
  });
  follow(({ trial = null }) => {
    if (trial === shown) return;
    shown = trial;
    if (trial === null) {
      dialog.close();
      return;
    }
    show(trial);
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("h2").focus();
  });
}
