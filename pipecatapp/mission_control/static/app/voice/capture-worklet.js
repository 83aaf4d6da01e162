// Runs in the audio thread: turns what the microphone hears into chunks of 16-bit mono samples.

import { Resampler, toPcm16 } from "./resampler.js";

const CHUNKS_PER_SECOND = 50;

/**
 * What is sent to the page.
 *
 * @typedef {object} Chunk
 * @property {ArrayBuffer} pcm 20 ms of 16-bit mono samples.
 * @property {number} rms Their level, from 0 to 1.
 */

class CaptureProcessor extends AudioWorkletProcessor {
  #resampler;
  #chunk;
  #filled = 0;

  /** @param {AudioWorkletNodeOptions} options `processorOptions` has `outputRate`, in Hz. */
  constructor({ processorOptions: { outputRate } }) {
    super();
    this.#resampler = new Resampler(sampleRate, outputRate);
    this.#chunk = new Float32Array(outputRate / CHUNKS_PER_SECOND);
  }

  /**
   * Called by the browser for every 128 samples.
   *
   * @param {Float32Array[][]} inputs The channels of each input; none where nothing is connected.
   * @returns {boolean} Whether to go on.
   */
  process([channels = []]) {
    if (channels.length) this.#take(this.#resampler.push(mix(channels)));
    return true;
  }

  /** @param {Float32Array} samples */
  #take(samples) {
    for (const sample of samples) {
      this.#chunk[this.#filled++] = sample;
      if (this.#filled === this.#chunk.length) this.#post();
    }
  }

  #post() {
    const power = this.#chunk.reduce((sum, sample) => sum + sample * sample, 0);
    const pcm = toPcm16(this.#chunk);
    /** @type {Chunk} */
    const chunk = { pcm, rms: Math.sqrt(power / this.#chunk.length) };
    this.port.postMessage(chunk, [pcm]);
    this.#filled = 0;
  }
}

/**
 * Returns the mean of channels, sample by sample.
 *
 * @param {Float32Array[]} channels At least one.
 */
function mix(channels) {
  if (channels.length === 1) return channels[0];
  return channels[0].map(
    (_, index) => channels.reduce((sum, channel) => sum + channel[index], 0) / channels.length,
  );
}

registerProcessor("capture", CaptureProcessor);
