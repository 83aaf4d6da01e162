// Makes every character of a text visible: one that is invisible, or that reorders its neighbors,
// is replaced by an escape such as \u202e.

// Controls, formats, private and unassigned ones, separators, and those that fonts leave blank.
const HIDDEN = /(?![\n ])[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u;
const SPLIT = new RegExp(`(${HIDDEN.source})`, "u");
/** @type {Record<string, string>} */
const SHORT_ESCAPES = { "\t": "\\t", "\r": "\\r" };

/**
 * Returns text nodes, and an element for each escape: text that looks like an escape has none.
 *
 * @param {string} text
 */
export function visibleNodes(text) {
  const fragment = document.createDocumentFragment();
  for (const part of text.split(SPLIT)) {
    if (!part) continue;
    fragment.append(HIDDEN.test(part) ? escapeElement(part) : part);
  }
  return fragment;
}

/**
 * @param {string} text
 * @returns {string}
 */
export function visibleText(text) {
  return visibleNodes(text).textContent ?? "";
}

/** @param {string} character */
function escapeElement(character) {
  const element = document.createElement("span");
  element.className = "escape";
  element.textContent = escapeOf(character);
  return element;
}

/** @param {string} character */
function escapeOf(character) {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  const escaped = code > 0xffff ? `\\u{${digits}}` : `\\u${digits.padStart(4, "0")}`;
  return SHORT_ESCAPES[character] ?? escaped;
}
