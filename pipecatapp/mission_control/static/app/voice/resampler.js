// Turns the sound card's rate into the agent's: a windowed-sinc filter, evaluated only at the
// output samples. The cutoff lies under half of the lower rate, so nothing folds back.

const HALF_WIDTH = 16; // zero crossings on each side: about 60 dB of stop band with a Hann window
const CUTOFF = 0.94; // of half the lower rate: the filter's slope needs the rest

export class Resampler {
  #step; // input samples per output sample
  #scale; // zero crossings per input sample
  #reach; // input samples on each side
  #input; // what later output samples still need; at first, silence
  #position; // of the next output sample, in `#input`

  /**
   * @param {number} inputRate In Hz.
   * @param {number} outputRate In Hz.
   */
  constructor(inputRate, outputRate) {
    this.#step = inputRate / outputRate;
    this.#scale = Math.min(1, outputRate / inputRate) * CUTOFF;
    this.#reach = Math.ceil(HALF_WIDTH / this.#scale);
    this.#input = new Float32Array(this.#reach);
    this.#position = this.#reach;
  }

  /**
   * @param {Float32Array} samples Any number.
   * @returns {Float32Array} The output samples that can be computed now.
   */
  push(samples) {
    const joined = new Float32Array(this.#input.length + samples.length);
    joined.set(this.#input);
    joined.set(samples, this.#input.length);
    const ready = joined.length - this.#reach;
    const count = Math.max(0, Math.ceil((ready - this.#position) / this.#step));
    const output = new Float32Array(count);
    for (let index = 0; index < count; index++) {
      output[index] = this.#sampleAt(joined, this.#position);
      this.#position += this.#step;
    }
    const unused = Math.max(0, Math.floor(this.#position) - this.#reach);
    const drop = Math.min(unused, joined.length);
    this.#input = joined.slice(drop);
    this.#position -= drop;
    return output;
  }

  /**
   * @param {Float32Array} samples
   * @param {number} position
   */
  #sampleAt(samples, position) {
    const first = Math.max(0, Math.ceil(position - this.#reach));
    const last = Math.min(Math.floor(position + this.#reach), samples.length - 1);
    let sum = 0;
    for (let index = first; index <= last; index++) {
      sum += samples[index] * this.#weight(index - position);
    }
    return sum;
  }

  /** @param {number} distance In input samples. */
  #weight(distance) {
    const x = distance * this.#scale;
    if (Math.abs(x) >= HALF_WIDTH) return 0;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    return this.#scale * sinc * 0.5 * (1 + Math.cos((Math.PI * x) / HALF_WIDTH));
  }
}

/**
 * Returns samples as little-endian 16-bit integers.
 *
 * @param {Float32Array} samples From -1 to 1; others are clipped.
 */
export function toPcm16(samples) {
  const buffer = new ArrayBuffer(samples.length * 2);
  const view = new DataView(buffer);
  samples.forEach((sample, index) => {
    view.setInt16(index * 2, Math.max(-1, Math.min(1, sample)) * 32767, true);
  });
  return buffer;
}
