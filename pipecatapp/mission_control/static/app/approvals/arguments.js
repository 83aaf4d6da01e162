// The arguments of a tool call, in full: what is shown is what runs.

import { create } from "../shared/elements.js";
import { visibleNodes } from "../shared/visible-text.js";

/** @param {Record<string, unknown>} values By the argument's name. */
export function argumentsList(values) {
  const list = create("dl", "arguments");
  list.tabIndex = 0; // it scrolls, and not everybody has a mouse
  list.setAttribute("aria-label", "Arguments");
  for (const [name, value] of Object.entries(values)) {
    const term = create("dt");
    term.append(visibleNodes(name));
    list.append(term, description(value));
  }
  if (!list.children.length) list.append(create("dt", "", "no arguments"));
  return list;
}

/** @param {unknown} value */
function description(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const element = create("dd");
  if (!text) {
    element.append(create("span", "escape", "empty"));
    return element;
  }
  const lines = text.split("\n");
  // With numbers a long line that wraps cannot be taken for two lines.
  if (lines.length > 1) element.className = "numbered";
  for (const [index, line] of lines.entries()) {
    const part = create("span", "line");
    part.append(visibleNodes(line), index < lines.length - 1 ? "\n" : "");
    element.append(part);
  }
  return element;
}
