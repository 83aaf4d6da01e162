// Finds the page's elements and creates new ones. Their text is text, even if it looks like HTML.

/**
 * Returns the element of an id.
 *
 * @template {Element} Kind
 * @param {string} id
 * @param {new () => Kind} kind What the element must be, such as `HTMLButtonElement`.
 * @returns {Kind}
 * @throws {TypeError} The page has no such element.
 */
export function byId(id, kind) {
  return checked(document.getElementById(id), kind, `#${id}`);
}

/**
 * Returns the element inside `root` that a selector matches first.
 *
 * @template {Element} Kind
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => Kind} kind
 * @returns {Kind}
 * @throws {TypeError} There is no such element.
 */
export function find(root, selector, kind) {
  return checked(root.querySelector(selector), kind, selector);
}

/**
 * @template {Element} Kind
 * @param {Element | null} element
 * @param {new () => Kind} kind
 * @param {string} selector
 * @returns {Kind}
 */
function checked(element, kind, selector) {
  if (element instanceof kind) return element;
  throw new TypeError(`The page has no ${kind.name} that matches ${selector}.`);
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [style] Class names.
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function create(tag, style = "", text = "") {
  const element = document.createElement(tag);
  if (style) element.className = style;
  element.textContent = text;
  return element;
}

/**
 * @param {string} text
 * @param {string} style Class names.
 */
export function createButton(text, style) {
  const button = create("button", style, text);
  button.type = "button";
  return button;
}

/**
 * Sets an element's text only where it differs: a screen reader reads a live region out again at
 * every change.
 *
 * @param {Element} element
 * @param {string} text
 */
export function updateText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
