/** What is waived or disputed, waiver by waiver, and what is wrong with the waivers themselves. */
function waiversShown() {
  const waivers = report.end?.waivers ?? [];
  const parts = [
    ["waived", "Waived: known to be wrong", waivers.filter((one) => one.kind === "waived" && one.waived.length > 0)],
    ["disputed", "Disputed: the suite is held to be wrong", waivers.filter((one) => one.kind === "disputed" && one.waived.length > 0)],
    ["stale", "Stale waivers", waivers.filter((one) => one.state === "stale")],
  ].filter(([, , of]) => of.length > 0);
  return parts.map(([name, title, of]) =>
    h(
      "article",
      { class: "panel failure", "aria-labelledby": `waivers-${name}` },
      h("header", {}, h("h3", { id: `waivers-${name}` }, word(name), ` ${title}`)),
      h("ul", { class: "plain others" }, of.map((waiver) => (name === "stale" ? staleWaiver(waiver) : heldWaiver(waiver)))),
    ),
  );
}

function heldWaiver(waiver) {
  const [first, ...rest] = waiver.waived;
  const row = report.byId.get(first);
  return h(
    "li",
    {},
    row ? trialLink(row, {}, h("code", {}, first)) : h("code", {}, first),
    rest.length > 0 && ` and ${plural(rest.length, "more trial")}`,
    groundShown(waiver),
  );
}

/** Why something is waived, by whom and how long. */
function groundShown(waiver) {
  return [
    h("p", {}, coded(waiver.reason)),
    h(
      "p",
      { class: "quiet small" },
      `until ${waiver.expires} by ${waiver.owner} · `,
      h("code", {}, `${waiver.file}:${waiver.line}`),
      waiver.link && [" · ", h("code", {}, waiver.link)],
    ),
  ];
}

function staleWaiver(waiver) {
  return h(
    "li",
    {},
    waiver.faults.map((fault) => h("p", {}, h("code", {}, `${waiver.file}:${fault.line}`), " ", coded(fault.text))),
  );
}
