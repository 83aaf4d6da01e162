// The sound of a timer or an alarm that rings: two soft tones, again and again.

const EVERY_MS = 2400;
const HUSH_MS = 8000; // somebody speaks: the agent needs as long to hear that it is to be silent
const TONES = [660, 880]; // Hz
const TONE_SECONDS = 0.42;
const LOUDNESS = 0.22;

export class Chime {
  #isBusy;
  /** @type {AudioContext | null} */
  #context = null;
  #ringing = 0;
  #hushedUntil = 0;

  /** @param {() => boolean} isBusy Whether the twin speaks, which must be heard. */
  constructor(isBusy) {
    this.#isBusy = isBusy;
  }

  /** Call it in the handler of a user's action: browsers do not start audio anywhere else. */
  unlock() {
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") this.#context.resume();
  }

  /** Call it when somebody begins to speak. */
  hush() {
    this.#hushedUntil = Date.now() + HUSH_MS;
  }

  /** @param {boolean} on */
  ring(on) {
    if (on === this.#ringing > 0) return;
    clearInterval(this.#ringing);
    this.#ringing = 0;
    if (!on) return;
    this.#hushedUntil = 0;
    this.#ringing = setInterval(() => this.#play(), EVERY_MS);
    this.#play();
  }

  #play() {
    const context = this.#context;
    if (!context || this.#isBusy() || Date.now() < this.#hushedUntil) return;
    TONES.forEach((frequency, index) => {
      playTone(context, frequency, context.currentTime + index * TONE_SECONDS);
    });
  }
}

/**
 * @param {AudioContext} context
 * @param {number} frequency In Hz.
 * @param {number} start In the context's seconds.
 */
function playTone(context, frequency, start) {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, start + TONE_SECONDS);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + TONE_SECONDS);
}
