// The newest answer: it is streamed as text, then spoken, and may be interrupted.

/** @import { BotOutput, Timings } from "../wire.js" */
/** @import { Transcript } from "./transcript.js" */
import { Entry } from "./entry.js";

export class AssistantTurn {
  #transcript;
  /** @type {Entry | null} */
  #entry = null;
  /** @type {Set<number | null | undefined>} */
  #segments = new Set();
  #interrupted = false;

  /** @param {Transcript} transcript */
  constructor(transcript) {
    this.#transcript = transcript;
  }

  /** Whether its text is on its way. */
  get streaming() {
    return this.#entry?.is("waiting") ?? false;
  }

  /** Whether it can be interrupted. */
  get active() {
    return this.streaming || (this.#entry?.is("speaking") ?? false);
  }

  /** Whether it was interrupted: what still arrives of it is not shown. */
  get interrupted() {
    return this.#interrupted;
  }

  /** Forgets it, as its entry is no longer shown. */
  reset() {
    this.#interrupted = false;
    this.#entry = null;
    this.#segments.clear();
  }

  start() {
    this.#interrupted = false;
    if (this.streaming && !this.#entry?.text) return;
    // After a tool call the next answer may start before this one has been spoken.
    this.#unmark();
    this.#add(Entry.spoken("assistant")).mark("waiting", true);
  }

  /** @param {string} text */
  append(text) {
    this.#entry?.append(text);
  }

  finishText() {
    this.#entry?.mark("waiting", false);
    if (this.#entry?.text === "") this.#drop();
  }

  /**
   * Tells whether the answer's text lacks what is spoken. Most of it was streamed before, but a
   * refusal, for example, is only spoken.
   *
   * @param {BotOutput} output
   */
  isNew({ text, segment_id: segment }) {
    const words = withoutSpaces(text);
    if (!words || this.#segments.has(segment)) return false;
    this.#segments.add(segment);
    return !(this.#entry && withoutSpaces(this.#entry.text).includes(words));
  }

  /** @param {string} text What is spoken and was not streamed. */
  addSpoken(text) {
    this.#add(Entry.spoken("assistant", { text: text.trim() })).mark("speaking", true);
  }

  /** @param {boolean} on */
  setSpeaking(on) {
    this.#entry?.mark("speaking", on);
  }

  interrupt() {
    if (!this.active) return;
    this.#interrupted = true;
    this.#unmark();
    if (this.#entry?.text) this.#entry.interrupt();
    else this.#drop();
  }

  /** @param {Entry} entry An answer that came whole. */
  replace(entry) {
    this.#add(entry);
  }

  /** @param {Timings} timings */
  setTimings(timings) {
    this.#entry?.setTimings(timings);
  }

  #unmark() {
    this.#entry?.mark("waiting", false);
    this.#entry?.mark("speaking", false);
  }

  /** @param {Entry} entry */
  #add(entry) {
    this.#entry = this.#transcript.add(entry);
    return entry;
  }

  #drop() {
    this.#entry?.remove();
    this.#entry = null;
  }
}

/** @param {string} text */
function withoutSpaces(text) {
  return text.replace(/\s+/g, "");
}
