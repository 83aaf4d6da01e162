// Plays the answer's audio as it arrives, and falls silent at once when told to.

const LEAD_SECONDS = 0.15; // bridges the network's jitter; paid only when nothing is playing

export class Player extends EventTarget {
  #context = null;
  #rate = 16000;
  #sources = new Set();
  #end = 0;
  #held = false;
  #enabled = true;

  get playing() {
    return this.#sources.size > 0;
  }

  configure(rate) {
    if (rate === this.#rate && this.#context) return;
    this.flush();
    this.#context?.close();
    this.#context = null;
    this.#rate = rate;
  }

  setEnabled(enabled) {
    this.#enabled = enabled;
    if (!enabled) this.flush();
  }

  // Browsers start audio only from a person's own act; call this from its handler.
  unlock() {
    const context = this.#ready();
    if (context.state === "suspended") context.resume();
  }

  enqueue(buffer) {
    if (this.#held || !this.#enabled || buffer.byteLength < 2) return;
    const context = this.#ready();
    if (context.state === "suspended") context.resume();
    const source = context.createBufferSource();
    source.buffer = decode(context, buffer, this.#rate);
    source.connect(context.destination);
    source.onended = () => this.#ended(source);
    const now = context.currentTime;
    if (this.#end < now) this.#end = now + LEAD_SECONDS;
    source.start(this.#end);
    this.#end += source.buffer.duration;
    this.#sources.add(source);
    if (this.#sources.size === 1) this.#changed();
  }

  flush() {
    const had = this.playing;
    for (const source of this.#sources) {
      source.onended = null;
      source.stop();
      source.disconnect();
    }
    this.#sources.clear();
    this.#end = 0;
    if (had) this.#changed();
  }

  // Also drops what is still on its way, until the server says that it stopped.
  hold() {
    this.#held = true;
    this.flush();
  }

  release() {
    this.#held = false;
  }

  #ended(source) {
    this.#sources.delete(source);
    if (!this.playing) this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }

  // At the audio's own rate the browser resamples the whole stream, not each chunk by itself,
  // which would click at every seam.
  #ready() {
    this.#context ??= new AudioContext({ sampleRate: this.#rate });
    return this.#context;
  }
}

function decode(context, buffer, rate) {
  const view = new DataView(buffer);
  const audio = context.createBuffer(1, buffer.byteLength >> 1, rate);
  const samples = audio.getChannelData(0);
  for (let index = 0; index < samples.length; index++) {
    samples[index] = view.getInt16(index * 2, true) / 32768;
  }
  return audio;
}
