// The status panel: what runs on the server.

const EVERY_MS = 10000;
const LABELS = {
  model: "Language model",
  llm: "Language model",
  llm_model: "Language model",
  stt: "Speech recognition",
  stt_model: "Speech recognition",
  tts: "Voice",
  tts_model: "Voice",
  cpu: "CPU",
  cpu_level: "CPU level",
  uptime_s: "Running for",
};

export class StatusPanel {
  #list;
  #problem;
  #panel;
  #toggle;

  constructor(panel, toggle) {
    this.#panel = panel;
    this.#toggle = toggle;
    this.#list = panel.querySelector("dl");
    this.#problem = panel.querySelector("[role=status]");
    toggle.addEventListener("click", () => this.show(this.#panel.hidden));
    setInterval(() => this.#refreshIfSeen(), EVERY_MS);
  }

  get shown() {
    return !this.#panel.hidden;
  }

  show(shown) {
    this.#panel.hidden = !shown;
    this.#toggle.setAttribute("aria-expanded", String(shown));
    this.#refreshIfSeen();
  }

  async #refreshIfSeen() {
    if (!this.shown || document.visibilityState !== "visible") return;
    try {
      const answer = await fetch("/api/status");
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      this.#render(await answer.json());
      this.#problem.textContent = "";
    } catch {
      this.#problem.textContent = "The agent does not answer.";
    }
  }

  #render(status) {
    this.#list.replaceChildren(...rows(status).flatMap(([name, value]) => row(name, value)));
  }
}

function rows(status, prefix = "") {
  return Object.entries(status).flatMap(([key, value]) => {
    const name = LABELS[key] ?? (prefix ? `${prefix}: ${words(key)}` : capital(words(key)));
    if (value === null || value === "") return [];
    if (Array.isArray(value)) return value.length ? [[name, value.map(plain).join(", ")]] : [];
    if (typeof value === "object") return rows(value, name);
    return [[name, key.endsWith("uptime_s") ? duration(value) : plain(value)]];
  });
}

function row(name, value) {
  const term = document.createElement("dt");
  term.textContent = name;
  const detail = document.createElement("dd");
  detail.textContent = value;
  return [term, detail];
}

function plain(value) {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(Math.round(value * 100) / 100);
  return typeof value === "object" ? Object.values(value).map(plain).join(" ") : String(value);
}

const words = (key) => key.replaceAll("_", " ");
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function duration(total) {
  const days = Math.floor(total / 86400);
  const hours = Math.floor(total / 3600) % 24;
  const minutes = Math.floor(total / 60) % 60;
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min` : `${Math.floor(total)} s`;
}
