// Timers, alarms and reminders: a line of chips above the composer, and a sound while one rings.

/** @import { ScheduledEntry, ServerMessage } from "../wire.js" */
import { ApiError, endScheduled, getSchedule } from "../shared/api.js";
import { create } from "../shared/elements.js";
import { errorText } from "../shared/text.js";
import { Chime } from "./chime.js";
import { Chip } from "./chip.js";

const TICK_MS = 1000;

/**
 * @typedef {object} ScheduleParts
 * @property {HTMLElement} place Takes the chips.
 * @property {() => boolean} isBusy Whether the twin speaks.
 * @property {(text: string) => void} addProblem Tells what went wrong.
 */

export class Schedule {
  #parts;
  #chime;
  #list = create("ul", "chips");
  /** @type {Chip[]} */
  #chips = [];
  #asked = 0;

  /** @param {ScheduleParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#chime = new Chime(parts.isBusy);
    parts.place.append(this.#list);
    setInterval(() => this.#tick(), TICK_MS);
  }

  /** Call it in the handler of a user's action: browsers do not start audio anywhere else. */
  unlock() {
    this.#chime.unlock();
  }

  /** Call it when somebody begins to speak. */
  hush() {
    this.#chime.hush();
  }

  /** Falls silent, as the agent cannot say any more what rings. */
  disconnected() {
    this.#chime.ring(false);
  }

  /** @param {ServerMessage} message */
  handle(message) {
    if (message.kind === "schedule") this.refresh();
  }

  /** Shows what there is now. */
  async refresh() {
    const asked = ++this.#asked;
    try {
      const { waiting, due } = await getSchedule();
      // An answer that was overtaken by a later one is old.
      if (asked === this.#asked) this.#show(due, waiting);
    } catch (error) {
      if (error instanceof ApiError) this.#parts.addProblem(errorText(error));
    }
  }

  /**
   * @param {ScheduledEntry[]} due
   * @param {ScheduledEntry[]} waiting
   */
  #show(due, waiting) {
    this.#chips = [
      ...due.map((entry) => new Chip(entry, true, () => this.#end(entry))),
      ...waiting.map((entry) => new Chip(entry, false, () => this.#end(entry))),
    ];
    const { scrollLeft } = this.#list;
    this.#list.replaceChildren(...this.#chips.map(({ element }) => element));
    this.#list.scrollLeft = scrollLeft;
    this.#parts.place.hidden = this.#chips.length === 0;
    this.#chime.ring(due.some(({ rings }) => rings));
  }

  /** @param {ScheduledEntry} entry */
  async #end(entry) {
    try {
      await endScheduled(entry.id);
    } catch (error) {
      // One that is gone already was ended elsewhere.
      const isGone = error instanceof ApiError && error.status === 404;
      if (!isGone) this.#parts.addProblem(errorText(error));
    }
    await this.refresh();
  }

  #tick() {
    for (const chip of this.#chips) chip.update();
  }
}
