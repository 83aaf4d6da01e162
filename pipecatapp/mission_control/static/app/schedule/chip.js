// One timer, alarm or reminder: what it is, how long it has, and a button that ends it.

/** @import { ScheduledEntry } from "../wire.js" */
import { create, createButton, updateText } from "../shared/elements.js";
import { visibleText } from "../shared/visible-text.js";

const KINDS = { timer: "Timer", alarm: "Alarm", reminder: "Reminder" };

export class Chip {
  #entry;
  #due;
  #time = create("span", "chip-time");

  /**
   * @param {ScheduledEntry} entry
   * @param {boolean} isDue
   * @param {() => void} end Ends it.
   */
  constructor(entry, isDue, end) {
    this.#entry = entry;
    this.#due = Date.now() + 1000 * entry.due_in_s;
    this.element = create("li", isDue ? "chip chip-due" : "chip");
    const name = create("span", "chip-name", visibleText(entry.name) || KINDS[entry.kind]);
    const button = createButton(isDue ? dueLabel(entry) : "\u00d7", "chip-end");
    const label = `${isDue ? dueLabel(entry) : "Cancel"}: ${visibleText(entry.label)}`;
    button.setAttribute("aria-label", label);
    button.title = label;
    button.addEventListener("click", end);
    this.element.append(name, this.#time, button);
    this.update();
  }

  update() {
    const runs = this.#entry.kind === "timer" && this.#due > Date.now();
    updateText(this.#time, runs ? timeLeft(this.#due - Date.now()) : this.#entry.when);
  }
}

/** @param {ScheduledEntry} entry */
const dueLabel = (entry) => (entry.rings ? "Stop" : "Done");

/** @param {number} ms */
function timeLeft(ms) {
  const seconds = Math.ceil(ms / 1000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600));
  return parts.map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(":");
}
