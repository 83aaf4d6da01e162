// Turns the sound card's rate into the server's: a windowed-sinc filter, evaluated only at the
// output samples. The cutoff lies under half of the lower rate, so nothing folds back.

const HALF_WIDTH = 16; // zero crossings on each side: about 60 dB of stop band with a Hann window

export class Resampler {
  constructor(inputRate, outputRate) {
    this.step = inputRate / outputRate; // input samples per output sample
    this.scale = Math.min(1, outputRate / inputRate) * 0.94;
    this.reach = Math.ceil(HALF_WIDTH / this.scale); // input samples on each side
    this.input = new Float32Array(this.reach); // silence before the first sample
    this.position = this.reach; // of the next output sample, in `input`
  }

  // Takes samples of any number, returns those that are complete now.
  push(samples) {
    const joined = new Float32Array(this.input.length + samples.length);
    joined.set(this.input);
    joined.set(samples, this.input.length);
    const ready = joined.length - this.reach;
    const output = new Float32Array(Math.max(0, Math.ceil((ready - this.position) / this.step)));
    for (let index = 0; index < output.length; index++) {
      output[index] = this.at(joined, this.position);
      this.position += this.step;
    }
    const drop = Math.max(0, Math.min(Math.floor(this.position) - this.reach, joined.length));
    this.input = joined.slice(drop);
    this.position -= drop;
    return output;
  }

  at(samples, position) {
    const first = Math.ceil(position - this.reach);
    const last = Math.min(Math.floor(position + this.reach), samples.length - 1);
    let sum = 0;
    for (let index = Math.max(0, first); index <= last; index++) {
      sum += samples[index] * this.weight(index - position);
    }
    return sum;
  }

  weight(distance) {
    const x = distance * this.scale;
    if (Math.abs(x) >= HALF_WIDTH) return 0;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    return this.scale * sinc * 0.5 * (1 + Math.cos((Math.PI * x) / HALF_WIDTH));
  }
}

// Float samples in [-1, 1] as little-endian 16-bit integers.
export function toPcm16(samples) {
  const view = new DataView(new ArrayBuffer(samples.length * 2));
  samples.forEach((sample, index) => {
    view.setInt16(index * 2, Math.max(-1, Math.min(1, sample)) * 32767, true);
  });
  return view.buffer;
}
