// The row of voice controls: the microphone and its modes, mute, speaker and stop.

/** @import { Conversation } from "../conversation/conversation.js" */
/** @import { Transcript } from "../conversation/transcript.js" */
/** @import { Connection } from "../shared/connection.js" */
/** @import { Microphone, MicrophoneMode } from "./microphone.js" */
/** @import { Player } from "./player.js" */
import { byId, find } from "../shared/elements.js";
import { errorText } from "../shared/text.js";
import { bindHold } from "./hold-to-talk.js";

/**
 * @typedef {object} VoiceParts
 * @property {Connection} connection
 * @property {Conversation} conversation
 * @property {Transcript} transcript
 * @property {Microphone} microphone
 * @property {Player} player
 */

export class VoiceControls {
  #connection;
  #conversation;
  #transcript;
  #microphone;
  #player;
  #talk = byId("mic", HTMLButtonElement);
  #talkLabel = byId("mic-label", HTMLElement);
  #level = byId("level", HTMLElement);
  #modes = byId("modes", HTMLFieldSetElement);
  #mute = byId("mute", HTMLButtonElement);
  #speaker = byId("speaker", HTMLButtonElement);
  #stop = byId("stop", HTMLButtonElement);
  #speaking = localStorage.getItem("speaker") !== "off";

  /** @param {VoiceParts} parts */
  constructor({ connection, conversation, transcript, microphone, player }) {
    this.#connection = connection;
    this.#conversation = conversation;
    this.#transcript = transcript;
    this.#microphone = microphone;
    this.#player = player;
    this.#bind();
    this.#setMode(this.#restoreMode());
    this.#setSpeaking(this.#speaking);
    this.update();
    if (!window.isSecureContext || !navigator.mediaDevices) this.#disableMicrophone();
  }

  /** Whether answers are spoken aloud. */
  get speaking() {
    return this.#speaking;
  }

  /** Enables the stop button while there is something to stop. */
  update() {
    this.#stop.disabled = !this.#canStop;
  }

  /** Silences the voice, and has the agent end its answer. */
  stop() {
    this.#player.hold();
    this.#connection.sendCommand("stop");
    this.#conversation.interrupt();
  }

  /** Tells the agent of mute and speaker: it forgets both when the connection is lost. */
  announce() {
    this.#connection.sendCommand(this.#speaking ? "audio-on" : "audio-off");
    this.#connection.sendCommand(this.#microphone.muted ? "mute" : "unmute");
  }

  get #canStop() {
    return this.#player.playing || this.#conversation.answering;
  }

  #bind() {
    const microphone = this.#microphone;
    bindHold(this.#talk, microphone, () => this.#start());
    this.#talk.addEventListener("click", () => {
      if (microphone.mode !== "open") return;
      if (microphone.live) microphone.stop();
      else this.#start();
    });
    this.#modes.addEventListener("change", ({ target }) => {
      if (target instanceof HTMLInputElement) this.#setMode(modeOf(target.value));
    });
    this.#mute.addEventListener("click", () => this.#setMuted(!microphone.muted));
    this.#speaker.addEventListener("click", () => this.#setSpeaking(!this.#speaking));
    this.#stop.addEventListener("click", () => this.stop());
    microphone.on("change", () => this.#showMicrophone());
    microphone.on("level", (level) => this.#level.style.setProperty("--level", level.toFixed(2)));
    microphone.on("lost", (problem) => this.#transcript.addProblem(problem));
  }

  async #start() {
    if (this.#talk.disabled || !this.#connection.open) return;
    this.#player.unlock();
    if (this.#microphone.mode === "hold" && this.#canStop) this.stop();
    try {
      await this.#microphone.start();
    } catch (error) {
      this.#transcript.addProblem(errorText(error));
    }
  }

  /** @param {boolean} muted */
  #setMuted(muted) {
    this.#microphone.setMuted(muted);
    this.#connection.sendCommand(muted ? "mute" : "unmute");
  }

  /** @param {boolean} speaking */
  #setSpeaking(speaking) {
    this.#speaking = speaking;
    localStorage.setItem("speaker", speaking ? "on" : "off");
    this.#player.setEnabled(speaking);
    this.#speaker.setAttribute("aria-pressed", String(speaking));
    this.#connection.sendCommand(speaking ? "audio-on" : "audio-off");
  }

  /** @param {MicrophoneMode} mode */
  #setMode(mode) {
    this.#microphone.setMode(mode);
    localStorage.setItem("mode", mode);
    this.#showMicrophone();
  }

  #restoreMode() {
    const mode = modeOf(localStorage.getItem("mode"));
    find(this.#modes, `input[value=${mode}]`, HTMLInputElement).checked = true;
    return mode;
  }

  #showMicrophone() {
    const { live, muted, mode } = this.#microphone;
    this.#talk.dataset.live = String(live && !muted);
    this.#talkLabel.textContent = labelOf(this.#microphone);
    this.#mute.setAttribute("aria-pressed", String(muted));
    if (mode === "open") this.#talk.setAttribute("aria-pressed", String(live));
    else this.#talk.removeAttribute("aria-pressed");
  }

  #disableMicrophone() {
    byId("insecure", HTMLElement).hidden = false;
    for (const control of [this.#talk, this.#mute, this.#modes]) control.disabled = true;
  }
}

/**
 * @param {string | null} value
 * @returns {MicrophoneMode}
 */
function modeOf(value) {
  return value === "open" ? "open" : "hold";
}

/** @param {Microphone} microphone */
function labelOf({ live, muted, mode }) {
  if (muted) return "Muted";
  if (live) return "Listening";
  return mode === "hold" ? "Hold to talk" : "Listen";
}
