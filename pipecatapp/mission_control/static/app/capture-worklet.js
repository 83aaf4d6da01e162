// Runs in the audio thread: microphone in, 20 ms of 16-bit mono samples out.

import { Resampler, toPcm16 } from "./resampler.js";

class Capture extends AudioWorkletProcessor {
  constructor({ processorOptions: { outputRate } }) {
    super();
    this.resampler = new Resampler(sampleRate, outputRate);
    this.chunk = new Float32Array(outputRate / 50);
    this.filled = 0;
  }

  process([channels]) {
    if (channels.length) this.take(this.resampler.push(mix(channels)));
    return true;
  }

  take(samples) {
    for (const sample of samples) {
      this.chunk[this.filled++] = sample;
      if (this.filled === this.chunk.length) this.post();
    }
  }

  post() {
    const power = this.chunk.reduce((sum, sample) => sum + sample * sample, 0);
    const pcm = toPcm16(this.chunk);
    this.port.postMessage({ pcm, rms: Math.sqrt(power / this.chunk.length) }, [pcm]);
    this.filled = 0;
  }
}

function mix(channels) {
  if (channels.length === 1) return channels[0];
  return channels[0].map(
    (_, index) => channels.reduce((sum, channel) => sum + channel[index], 0) / channels.length,
  );
}

registerProcessor("capture", Capture);
