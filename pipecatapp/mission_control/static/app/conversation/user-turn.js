// What the user is saying now: an entry that grows with its transcript.

/** @import { Transcript } from "./transcript.js" */
import { Entry } from "./entry.js";

export class UserTurn {
  #transcript;
  /** @type {Entry | null} */
  #entry = null;

  /** @param {Transcript} transcript */
  constructor(transcript) {
    this.#transcript = transcript;
  }

  /** Speech began. */
  start() {
    this.finish();
    this.#open().mark("listening", true);
  }

  /** Speech paused; its transcript may still be on its way. */
  pause() {
    this.#entry?.mark("listening", false);
  }

  /**
   * @param {string} text A part of the speech.
   * @param {boolean} final Whether it stays; otherwise the next part replaces it.
   */
  hear(text, final) {
    const entry = this.#entry ?? this.#open();
    if (final) entry.setText(`${entry.text} ${text}`.trim());
    else entry.setText(entry.text, text);
  }

  /** Ends the turn. Noise starts one too: where nothing was said, nothing is shown. */
  finish() {
    this.pause();
    if (this.#entry?.text === "") this.#entry.remove();
    this.#entry = null;
  }

  #open() {
    this.#entry = this.#transcript.add(Entry.spoken("user"));
    return this.#entry;
  }
}
