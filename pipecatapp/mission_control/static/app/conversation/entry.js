// One entry of the transcript: what the user or the twin said, or a notice.

/** @import { Timings } from "../wire.js" */
import { create } from "../shared/elements.js";
import { timingsList } from "./timings.js";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

/** @typedef {"waiting" | "speaking" | "listening" | "interrupted"} EntryState */

export class Entry {
  #words = create("p", "words");
  #text;

  /**
   * @param {string} style Class names, such as "user", "assistant" or "notice".
   * @param {string} [text]
   */
  constructor(style, text = "") {
    this.#text = text;
    this.#words.textContent = text;
    this.element = create("article", `entry ${style}`);
    this.element.append(this.#words);
  }

  /**
   * Returns an entry that is headed by its speaker and the time.
   *
   * @param {"user" | "assistant"} role
   * @param {{ text?: string, at?: string }} [content] `at` is ISO 8601; now where it is missing.
   */
  static spoken(role, { text = "", at } = {}) {
    const entry = new Entry(role, text);
    entry.element.prepend(heading(role === "user" ? "You" : "Twin", at));
    return entry;
  }

  get text() {
    return this.#text;
  }

  /**
   * @param {string} text
   * @param {string} [interim] What may follow; it is not part of the text yet.
   */
  setText(text, interim = "") {
    this.#text = text;
    this.#words.textContent = text;
    if (interim) this.#words.append(create("span", "interim", text ? ` ${interim}` : interim));
  }

  /** @param {string} text */
  append(text) {
    this.setText(this.#text ? this.#text + text : text.trimStart());
  }

  /**
   * @param {EntryState} state
   * @param {boolean} on
   */
  mark(state, on) {
    this.element.classList.toggle(state, on);
  }

  /** @param {EntryState} state */
  is(state) {
    return this.element.classList.contains(state);
  }

  /** @param {Timings} timings */
  setTimings(timings) {
    const foot = timingsList(timings);
    if (this.is("interrupted")) foot.prepend(interruptedMark());
    this.#setFoot(foot);
  }

  interrupt() {
    if (this.is("interrupted")) return;
    this.mark("interrupted", true);
    const foot = this.element.querySelector(".foot") ?? timingsList({});
    foot.prepend(interruptedMark());
    this.#setFoot(foot);
  }

  remove() {
    this.element.remove();
  }

  /** @param {Element} foot */
  #setFoot(foot) {
    this.element.querySelector(".foot")?.remove();
    this.element.append(foot);
  }
}

/**
 * @param {string} name
 * @param {string} [at] ISO 8601.
 */
function heading(name, at) {
  const time = create("time");
  const date = at ? new Date(at) : new Date();
  if (!Number.isNaN(date.getTime())) {
    time.dateTime = date.toISOString();
    time.textContent = clock.format(date);
  }
  const heading = create("p", "who");
  heading.append(create("b", "", name), time);
  return heading;
}

function interruptedMark() {
  return create("li", "", "interrupted");
}
