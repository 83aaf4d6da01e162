// Makes text show every character: what would be invisible, or would reorder its neighbours,
// stands there as an escape.

// Controls, formats, private and unassigned ones, separators, whatever fonts leave blank.
const DISGUISES = /(?![\n ])[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u;
const SPLIT = new RegExp(`(${DISGUISES.source})`, "u");

// Returns text nodes and an element for each escape, which tells it from text that looks like one.
export function visible(text) {
  const fragment = document.createDocumentFragment();
  for (const part of text.split(SPLIT)) {
    if (!part) continue;
    fragment.append(DISGUISES.test(part) ? mark(escaped(part)) : part);
  }
  return fragment;
}

export function visibleText(text) {
  return visible(text).textContent;
}

function mark(text) {
  const element = document.createElement("span");
  element.className = "escape";
  element.textContent = text;
  return element;
}

const SHORT = { "\t": "\\t", "\r": "\\r" };

function escaped(character) {
  const code = character.codePointAt(0);
  const digits = code.toString(16);
  return SHORT[character] ?? (code > 0xffff ? `\\u{${digits}}` : `\\u${digits.padStart(4, "0")}`);
}
