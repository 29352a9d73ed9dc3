/** Leads to the section that the address names. */
function lead() {
  let before = null;
  follow(({ at = null }) => {
    for (const link of document.querySelectorAll(".top nav a")) {
      if (link.getAttribute("href") === `#/at=${at}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const title = at === before ? null : document.getElementById(`${at}-title`);
    before = at;
    title?.scrollIntoView({ block: "start" });
    title?.focus({ preventScroll: true });
  });
  // The same link again leads there again.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#/at=']");
    if (link?.getAttribute("href") === location.hash) {
      document.getElementById(`${address().at}-title`)?.scrollIntoView({ block: "start" });
    }
  });
}

/** Everything is opened to be printed, and closed again. */
function print() {
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });
}
