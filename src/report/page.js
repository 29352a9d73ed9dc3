/** Characters that would not be seen, or would change the order in which others are seen. */
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** A text in which nothing hides: such characters are written as their numbers. */
const visible = (text) =>
  String(text).replace(UNSEEN, (character) => `\\u{${character.codePointAt(0).toString(16)}}`);

/**
 * An element. Attributes are set by name, `on` holds listeners; children are elements or texts, and no text is ever
 * read as HTML. What is null or false is left out.
 */
function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else {
      element.setAttribute(key, value === true ? "" : value);
    }
  }
  fill(element, ...children);
  return element;
}

/** Puts children at the end of an element. */
function fill(element, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : visible(child));
  }
}

/** Puts children in the stead of those that an element has. */
function refill(element, ...children) {
  element.replaceChildren();
  fill(element, ...children);
}

/** A text in which code stands between backticks. */
const coded = (text) =>
  String(text)
    .split(/`([^`]+)`/)
    .map((part, at) => (at % 2 === 1 ? h("code", {}, part) : part));

/** `1 trial`, `2 trials`. */
const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** Copies a text; also where the clipboard is kept from the page. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h("textarea", { class: "unseen", "aria-hidden": "true" });
    area.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }
}

/** A button that copies a text and says so. */
function copyButton(what, text) {
  const said = h("span", { class: "unseen", role: "status" });
  const button = h("button", { type: "button", class: "copies" }, "Copy", h("span", { class: "unseen" }, ` ${what}`));
  button.addEventListener("click", async () => {
    const copied = await copy(text);
    button.firstChild.textContent = copied ? "Copied" : "Not copied";
    said.textContent = copied ? `${what} copied` : `${what} could not be copied`;
    setTimeout(() => {
      button.firstChild.textContent = "Copy";
      said.textContent = "";
    }, 2000);
  });
  return [button, said];
}

/** A text as code, with a button that copies it. */
const copyable = (what, text) => h("div", { class: "copy" }, h("pre", { tabindex: "0" }, text), copyButton(what, text));

const THEMES = ["system", "light", "dark"];

/** Lets a button go through the themes; the choice is kept where the browser allows. */
function chooseTheme(button) {
  const show = (theme) => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    refill(button, `Theme: ${theme}`);
  };
  let theme = "system";
  try {
    theme = localStorage.getItem("probity-theme") ?? theme;
  } catch {
    // Nothing is kept from page to page then.
  }
  if (!THEMES.includes(theme)) theme = "system";
  show(theme);
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    show(theme);
    try {
      localStorage.setItem("probity-theme", theme);
    } catch {
      // As above.
    }
  });
}
