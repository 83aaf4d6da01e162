// The transcript: the list of entries that the page shows, oldest first.

import { Entry } from "./entry.js";

export class Transcript {
  #log;
  #empty;

  /**
   * @param {HTMLElement} log The element that holds the entries.
   * @param {HTMLElement} empty What stands there while there are none.
   */
  constructor(log, empty) {
    this.#log = log;
    this.#empty = empty;
  }

  /**
   * @template {{ element: HTMLElement }} Line
   * @param {Line} entry
   * @returns {Line}
   */
  add(entry) {
    this.#empty.hidden = true;
    this.#log.append(entry.element);
    return entry;
  }

  clear() {
    for (const entry of this.#log.querySelectorAll(".entry")) entry.remove();
    this.#empty.hidden = false;
  }

  /** @param {boolean} busy Whether an answer is being written: screen readers wait for it. */
  setBusy(busy) {
    this.#log.setAttribute("aria-busy", String(busy));
  }

  /** @param {string} text What went wrong, for everybody to see. */
  addProblem(text) {
    this.add(new Entry("notice problem-entry", text));
  }

  /** @param {string} text What happened, said in passing. */
  addRemark(text) {
    this.add(new Entry("remark", text));
  }
}
