// The socket: RTVI messages as text, audio in binary. It reconnects by itself.

/** @import { ClientCommand, ClientFrames, ServerFrames } from "../wire.js" */
import { isLoggedIn } from "./api.js";
import { Emitter } from "./emitter.js";

const FIRST_DELAY_MS = 500;
const LAST_DELAY_MS = 15000;
const PROTOCOL_VERSION = "2.2.0";
const CONGESTED_BYTES = 256 * 1024; // 8 s of speech: the network is gone, do not pile up more

/**
 * A received message.
 *
 * @typedef {{
 *   [Type in keyof ServerFrames]: { type: Type, data: ServerFrames[Type] }
 * }[keyof ServerFrames]} Frame
 */
/** @typedef {{ state: "connecting" | "open" | "closed", text: string }} ConnectionState */

/** @extends {Emitter<{ frame: Frame, audio: ArrayBuffer, state: ConnectionState }>} */
export class Connection extends Emitter {
  /** @type {WebSocket | null} */
  #socket = null;
  #sampleRate;
  #delay = FIRST_DELAY_MS;
  #timer = 0;
  #ended = false;

  /** @param {number} sampleRate Of the audio that will be sent, in Hz. */
  constructor(sampleRate) {
    super();
    this.#sampleRate = sampleRate;
    addEventListener("online", () => this.#skipDelay());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#skipDelay();
    });
  }

  get open() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  connect() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.emit("state", { state: "connecting", text: "Connecting" });
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#opened();
    socket.onclose = () => this.#closed();
    socket.onmessage = ({ data }) => this.#received(data);
    this.#socket = socket;
  }

  /** Closes the socket for good. */
  end() {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  /**
   * @template {keyof ClientFrames} Type
   * @param {Type} type
   * @param {ClientFrames[Type]} data
   * @returns {string | null} The message's id; null where there is no connection.
   */
  send(type, data) {
    if (!this.#socket || !this.open) return null;
    const id = newId();
    this.#socket.send(JSON.stringify({ label: "rtvi-ai", type, id, data }));
    return id;
  }

  /** @param {ClientCommand} command */
  sendCommand(command) {
    this.send("client-message", { t: command });
  }

  /** @param {ArrayBuffer} pcm 16-bit mono samples; dropped where the network does not keep up. */
  sendAudio(pcm) {
    if (!this.#socket || !this.open) return;
    if (this.#socket.bufferedAmount < CONGESTED_BYTES) this.#socket.send(pcm);
  }

  #opened() {
    this.#delay = FIRST_DELAY_MS;
    this.send("client-ready", {
      version: PROTOCOL_VERSION,
      about: { library: "mission-control" },
      sample_rate: this.#sampleRate,
    });
    this.emit("state", { state: "open", text: "Connected" });
  }

  async #closed() {
    this.#socket = null;
    if (this.#ended) return;
    this.emit("state", { state: "closed", text: "Connection lost" });
    if (await isLoggedOut()) {
      location.assign("/login");
      return;
    }
    const wait = this.#delay * (0.75 + Math.random() / 2);
    const seconds = Math.max(1, Math.round(wait / 1000));
    this.emit("state", { state: "closed", text: `Reconnecting in ${seconds} s` });
    this.#delay = Math.min(this.#delay * 2, LAST_DELAY_MS);
    this.#timer = setTimeout(() => this.connect(), wait);
  }

  #skipDelay() {
    if (this.#timer) this.connect();
  }

  /** @param {string | ArrayBuffer} data */
  #received(data) {
    if (typeof data !== "string") {
      this.emit("audio", data);
      return;
    }
    const message = JSON.parse(data);
    if (message.label !== "rtvi-ai") return;
    this.emit("frame", { type: message.type, data: message.data ?? {} });
  }
}

// A refused socket does not say why.
async function isLoggedOut() {
  try {
    return !(await isLoggedIn());
  } catch {
    return false;
  }
}

// crypto.randomUUID exists in secure contexts only.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
