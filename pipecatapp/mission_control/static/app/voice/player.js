// Plays the answer's audio as it arrives, and falls silent at once when told to.

import { Emitter } from "../shared/emitter.js";

const LEAD_SECONDS = 0.15; // bridges the network's jitter; paid only when nothing is playing

/** @extends {Emitter<{ change: boolean }>} `change` says whether it plays. */
export class Player extends Emitter {
  /** @type {AudioContext | null} */
  #context = null;
  #rate = 16000;
  /** @type {Set<AudioBufferSourceNode>} */
  #sources = new Set();
  #end = 0; // of what is scheduled, in the context's seconds
  #held = false;
  #enabled = true;

  get playing() {
    return this.#sources.size > 0;
  }

  /** @param {number} rate Of the audio that will come, in Hz. */
  configure(rate) {
    if (rate === this.#rate && this.#context) return;
    this.flush();
    this.#context?.close();
    this.#context = null;
    this.#rate = rate;
  }

  /** @param {boolean} enabled Whether answers are heard. */
  setEnabled(enabled) {
    this.#enabled = enabled;
    if (!enabled) this.flush();
  }

  /** Call it in the handler of a user's action: browsers do not start audio anywhere else. */
  unlock() {
    const context = this.#readyContext();
    if (context.state === "suspended") context.resume();
  }

  /** @param {ArrayBuffer} pcm 16-bit mono samples. */
  enqueue(pcm) {
    if (this.#held || !this.#enabled || pcm.byteLength < 2) return;
    this.unlock();
    const context = this.#readyContext();
    const audio = decode(context, pcm, this.#rate);
    const source = context.createBufferSource();
    source.buffer = audio;
    source.connect(context.destination);
    source.onended = () => this.#ended(source);
    const now = context.currentTime;
    if (this.#end < now) this.#end = now + LEAD_SECONDS;
    source.start(this.#end);
    this.#end += audio.duration;
    this.#sources.add(source);
    if (this.#sources.size === 1) this.emit("change", true);
  }

  /** Drops what is queued. */
  flush() {
    const wasPlaying = this.playing;
    for (const source of this.#sources) {
      source.onended = null;
      source.stop();
      source.disconnect();
    }
    this.#sources.clear();
    this.#end = 0;
    if (wasPlaying) this.emit("change", false);
  }

  /** Drops what is queued and what is still on its way, until `release`. */
  hold() {
    this.#held = true;
    this.flush();
  }

  /** Plays again what comes. */
  release() {
    this.#held = false;
  }

  /** @param {AudioBufferSourceNode} source */
  #ended(source) {
    this.#sources.delete(source);
    if (!this.playing) this.emit("change", false);
  }

  // At the audio's own rate the browser resamples the whole stream. Otherwise it would resample
  // each chunk by itself, which clicks at every seam.
  #readyContext() {
    this.#context ??= new AudioContext({ sampleRate: this.#rate });
    return this.#context;
  }
}

/**
 * @param {AudioContext} context
 * @param {ArrayBuffer} pcm 16-bit mono samples, little-endian.
 * @param {number} rate In Hz.
 */
function decode(context, pcm, rate) {
  const view = new DataView(pcm);
  const audio = context.createBuffer(1, pcm.byteLength >> 1, rate);
  const samples = audio.getChannelData(0);
  for (let index = 0; index < samples.length; index++) {
    samples[index] = view.getInt16(index * 2, true) / 32768;
  }
  return audio;
}
