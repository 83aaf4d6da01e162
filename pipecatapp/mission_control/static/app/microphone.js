// The microphone in its two modes: held like a radio's button, or open all the time.

const CHUNK_MS = 20;
const TAIL_MS = 1000; // silence after a held button: the server hears that the turn is over
const FLOOR_DB = -60;

export class Microphone extends EventTarget {
  #rate;
  #opening = null;
  #closing = null; // aborts what is open or being opened

  // `send` takes an ArrayBuffer of PCM16 at `rate` Hz.
  constructor(rate, send) {
    super();
    this.#rate = rate;
    this.send = send;
    this.mode = "hold";
    this.live = false; // whether what it hears is being sent
    this.muted = false;
  }

  setMode(mode) {
    if (mode === this.mode) return;
    this.stop();
    this.mode = mode;
    this.#close();
  }

  setMuted(muted) {
    if (muted && this.mode === "hold") this.stop();
    this.muted = muted;
    this.#changed();
  }

  // Starts sending. Rejects with what went wrong, in words for a person.
  async start() {
    if (this.live || this.muted) return;
    this.live = true;
    this.#changed();
    try {
      await this.#open();
    } catch (error) {
      this.live = false;
      this.#changed();
      throw new Error(explain(error));
    }
  }

  stop() {
    if (!this.live) return;
    this.live = false;
    if (!this.muted) this.#sendSilence();
    this.#level(0);
    this.#changed();
    if (this.mode === "open") this.#close();
  }

  #open() {
    this.#opening ??= this.#connect().catch((error) => {
      this.#close();
      throw error;
    });
    return this.#opening;
  }

  async #connect() {
    const mine = new AbortController();
    this.#closing = mine;
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        channelCount: 1,
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
      },
    });
    const context = new AudioContext({ latencyHint: "interactive" });
    const release = () => {
      for (const track of stream.getTracks()) track.stop();
      context.close();
    };
    // It may have been switched off while the browser was still asking for permission.
    if (mine.signal.aborted) return release();
    mine.signal.addEventListener("abort", release);
    for (const track of stream.getTracks()) track.addEventListener("ended", () => this.#lost());
    await context.audioWorklet.addModule("/static/app/capture-worklet.js");
    if (mine.signal.aborted) return undefined;
    const node = new AudioWorkletNode(context, "capture", {
      numberOfOutputs: 0,
      processorOptions: { outputRate: this.#rate },
    });
    node.port.onmessage = ({ data }) => this.#heard(data);
    context.createMediaStreamSource(stream).connect(node);
    return context.resume();
  }

  #close() {
    this.#closing?.abort();
    this.#closing = null;
    this.#opening = null;
  }

  #lost() {
    this.stop();
    this.#close();
    this.dispatchEvent(new CustomEvent("lost", { detail: "The microphone was unplugged." }));
  }

  #heard({ pcm, rms }) {
    if (!this.live || this.muted) return;
    this.send(pcm);
    this.#level(Math.max(0, 1 - (20 * Math.log10(rms + 1e-9)) / FLOOR_DB));
  }

  #sendSilence() {
    const bytes = (this.#rate * CHUNK_MS * 2) / 1000;
    for (let sent = 0; sent < TAIL_MS; sent += CHUNK_MS) this.send(new ArrayBuffer(bytes));
  }

  #level(value) {
    this.dispatchEvent(new CustomEvent("level", { detail: Math.min(1, value) }));
  }

  #changed() {
    if (!this.live || this.muted) this.#level(0);
    this.dispatchEvent(new Event("change"));
  }
}

function explain(error) {
  switch (error.name) {
    case "NotAllowedError":
      return "The browser refused the microphone. Allow it in the address bar, then try again.";
    case "NotFoundError":
      return "There is no microphone on this device. Typing works.";
    case "NotReadableError":
      return "Another program holds the microphone. Close it, then try again.";
    default:
      return `The microphone does not work here: ${error.message}`;
  }
}
