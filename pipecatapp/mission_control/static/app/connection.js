// The socket: RTVI messages as text, audio in binary, and a new socket when one is lost.

const FIRST_DELAY_MS = 500;
const LAST_DELAY_MS = 15000;
const PROTOCOL_VERSION = "2.2.0";
const CONGESTED_BYTES = 256 * 1024; // 8 s of speech: the network is gone, do not pile up more

export class Connection extends EventTarget {
  #socket = null;
  #delay = FIRST_DELAY_MS;
  #timer = 0;
  #ended = false;

  constructor(sampleRate) {
    super();
    this.sampleRate = sampleRate;
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#hurry();
    });
  }

  get open() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  connect() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#state("connecting", "Connecting");
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#opened();
    socket.onclose = () => this.#closed();
    socket.onmessage = ({ data }) => this.#received(data);
    this.#socket = socket;
  }

  end() {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  // Returns the message's id, or null if it could not be sent.
  send(type, data) {
    if (!this.open) return null;
    const id = newId();
    this.#socket.send(JSON.stringify({ label: "rtvi-ai", type, id, data }));
    return id;
  }

  tell(kind, details) {
    return this.send("client-message", { t: kind, d: details });
  }

  sendAudio(buffer) {
    if (this.open && this.#socket.bufferedAmount < CONGESTED_BYTES) this.#socket.send(buffer);
  }

  #opened() {
    this.#delay = FIRST_DELAY_MS;
    this.send("client-ready", {
      version: PROTOCOL_VERSION,
      about: { library: "mission-control" },
      sample_rate: this.sampleRate,
    });
    this.#state("open", "Connected");
  }

  async #closed() {
    this.#socket = null;
    if (this.#ended) return;
    this.#state("closed", "Connection lost");
    if (await isLoggedOut()) {
      location.assign("/login");
      return;
    }
    const wait = this.#delay * (0.75 + Math.random() / 2);
    this.#state("closed", `Reconnecting in ${Math.max(1, Math.round(wait / 1000))} s`);
    this.#delay = Math.min(this.#delay * 2, LAST_DELAY_MS);
    this.#timer = setTimeout(() => this.connect(), wait);
  }

  #hurry() {
    if (this.#timer) this.connect();
  }

  #received(data) {
    if (typeof data !== "string") {
      this.dispatchEvent(new CustomEvent("audio", { detail: data }));
      return;
    }
    const message = JSON.parse(data);
    if (message.label === "rtvi-ai") {
      this.dispatchEvent(new CustomEvent("message", { detail: message }));
    }
  }

  #state(state, text) {
    this.dispatchEvent(new CustomEvent("state", { detail: { state, text } }));
  }
}

// A refused socket does not say why.
async function isLoggedOut() {
  try {
    return !(await (await fetch("/login/session")).json()).logged_in;
  } catch {
    return false;
  }
}

// crypto.randomUUID exists in secure contexts only.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
