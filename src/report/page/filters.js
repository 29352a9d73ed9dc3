const option = (value, text) => h("option", { value }, text);

/** A choice that stands in the address. */
function choice(key, text, options) {
  const select = h("select", { id: `filter-${key}`, name: key }, options);
  select.addEventListener("change", () => go({ [key]: select.value || null, page: null }));
  return h("div", { class: "field" }, h("label", { for: `filter-${key}` }, text), select);
}
