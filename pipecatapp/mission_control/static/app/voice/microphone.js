// The microphone in its two modes: held to talk, or open all the time.

import { Emitter } from "../shared/emitter.js";
import { openCapture } from "./capture.js";

const CHUNK_MS = 20;
const TAIL_MS = 1000; // silence after a held button: by it the agent hears that the turn is over
const FLOOR_DB = -60;

/** @typedef {"hold" | "open"} MicrophoneMode */
/**
 * @typedef {object} MicrophoneEvents
 * @property {boolean} change Whether it is live; `muted` may have changed too.
 * @property {number} level How loud it is, from 0 to 1.
 * @property {string} lost What happened to it, for a person.
 */

/** @extends {Emitter<MicrophoneEvents>} */
export class Microphone extends Emitter {
  #rate;
  #send;
  /** @type {MicrophoneMode} */
  #mode = "hold";
  #live = false;
  #muted = false;
  /** @type {Promise<void> | null} */
  #opening = null;
  /** @type {AbortController | null} Closes what is open or being opened. */
  #closing = null;

  /**
   * @param {number} rate Of the audio that is sent, in Hz.
   * @param {(pcm: ArrayBuffer) => void} send Takes 16-bit mono samples.
   */
  constructor(rate, send) {
    super();
    this.#rate = rate;
    this.#send = send;
  }

  get mode() {
    return this.#mode;
  }

  /** Whether what it hears is sent, unless it is muted. */
  get live() {
    return this.#live;
  }

  get muted() {
    return this.#muted;
  }

  /** @param {MicrophoneMode} mode */
  setMode(mode) {
    if (mode === this.#mode) return;
    this.stop();
    this.#mode = mode;
    this.#close();
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    if (muted && this.#mode === "hold") this.stop();
    this.#muted = muted;
    this.#changed();
  }

  /**
   * Starts sending.
   *
   * @throws {Error} It cannot be opened; the message is for a person.
   */
  async start() {
    if (this.#live || this.#muted) return;
    this.#live = true;
    this.#changed();
    try {
      await this.#open();
    } catch (error) {
      this.#live = false;
      this.#changed();
      throw new Error(explain(error));
    }
  }

  stop() {
    if (!this.#live) return;
    this.#live = false;
    if (!this.#muted) this.#sendSilence();
    this.#changed();
    if (this.#mode === "open") this.#close();
  }

  #open() {
    if (this.#opening) return this.#opening;
    this.#closing = new AbortController();
    this.#opening = openCapture({
      rate: this.#rate,
      signal: this.#closing.signal,
      onChunk: (pcm, rms) => this.#heard(pcm, rms),
      onEnded: () => this.#lost(),
    }).catch((error) => {
      this.#close();
      throw error;
    });
    return this.#opening;
  }

  #close() {
    this.#closing?.abort();
    this.#closing = null;
    this.#opening = null;
  }

  #lost() {
    this.stop();
    this.#close();
    this.emit("lost", "The microphone was unplugged.");
  }

  /**
   * @param {ArrayBuffer} pcm
   * @param {number} rms From 0 to 1.
   */
  #heard(pcm, rms) {
    if (!this.#live || this.#muted) return;
    this.#send(pcm);
    const level = 1 - (20 * Math.log10(rms + 1e-9)) / FLOOR_DB;
    this.emit("level", Math.min(1, Math.max(0, level)));
  }

  #sendSilence() {
    const bytes = (this.#rate * CHUNK_MS * 2) / 1000;
    for (let sent = 0; sent < TAIL_MS; sent += CHUNK_MS) this.#send(new ArrayBuffer(bytes));
  }

  #changed() {
    if (!this.#live || this.#muted) this.emit("level", 0);
    this.emit("change", this.#live);
  }
}

/**
 * @param {unknown} error Of `getUserMedia`.
 * @returns {string}
 */
function explain(error) {
  if (!(error instanceof Error)) return `The microphone does not work here: ${error}`;
  switch (error.name) {
    case "NotAllowedError":
      return "The browser blocked the microphone. Allow it in the address bar, then try again.";
    case "NotFoundError":
      return "There is no microphone on this device. Typing works.";
    case "NotReadableError":
      return "Another program is using the microphone. Close it, then try again.";
    default:
      return `The microphone does not work here: ${error.message}`;
  }
}
