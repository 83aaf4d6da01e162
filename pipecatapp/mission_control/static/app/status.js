// The status panel: what runs on the server.

import { ask } from "./api.js";
import { Panel } from "./panel.js";

const LABELS = {
  llm: "Language model",
  stt: "Speech recognition",
  tts: "Voice",
  cpu_level: "CPU level",
  memory_mb: "Memory, MB",
  uptime_s: "Running for",
  experts_stale: "Experts, as last known",
};
const NAMES = ["model", "voice", "service"]; // what a part is called, the most telling first
// The conversation shows the first; the others have lines of their own below.
const HIDDEN = new Set(["last_turn", "tools", "experts", "cluster"]);

export class StatusPanel extends Panel {
  #list;
  #problem;

  constructor(element, toggle) {
    super(element, toggle);
    this.#list = element.querySelector("dl");
    this.#problem = element.querySelector("[role=status]");
  }

  async refresh() {
    let status;
    try {
      status = await ask("GET", "/api/status");
    } catch (error) {
      this.#problem.textContent = error.message;
      return;
    }
    // A mistake in showing it is the page's own, and is not taken for the agent's silence.
    this.#render(status);
    this.#problem.textContent = "";
  }

  #render(status) {
    const shown = Object.entries(status).filter(
      ([key, value]) => isSaid(value) && !HIDDEN.has(key),
    );
    const rows = shown.flatMap(([key, value]) => row(key, value));
    const cluster = status.cluster ? clusterRows(status.cluster) : [];
    const experts = expertRows(status.experts ?? []);
    this.#list.replaceChildren(...rows, ...cluster, ...experts, ...toolRows(status.tools ?? {}));
  }
}

const isSaid = (value) => value !== null && value !== "";

function row(key, value) {
  const name = LABELS[key] ?? capital(words(key));
  const lines =
    typeof value === "object" ? part(value) : [key === "uptime_s" ? duration(value) : plain(value)];
  return [cell("dt", name), ...lines.map((text, index) => cell("dd", text, index && "muted"))];
}

// The experts that can be asked, each with its state and what it thinks with.
function expertRows(experts) {
  const lines = experts.map(({ name, state, model, shared }) => {
    const about = [state, shared ? "shares the main model" : model];
    return entry(name, about.filter(Boolean).join(", "));
  });
  return lines.length ? [cell("dt", "Experts"), ...lines] : [];
}

// The tools that can be used, by what they belong to, and what the others miss.
function toolRows({ available = [], unavailable = {} }) {
  const groups = new Map();
  for (const name of available) {
    const [group, ...rest] = name.split(".");
    groups.set(group, [...(groups.get(group) ?? []), words(rest.join("."))]);
  }
  const working = [...groups].map(([group, names]) => entry(group, names.join(", ")));
  const missing = Object.entries(unavailable).map(([name, why]) => entry(name, why));
  return [
    ...(working.length ? [cell("dt", "Tools"), ...working] : []),
    ...(missing.length ? [cell("dt", "Tools that cannot work here"), ...missing] : []),
  ];
}

// The cluster's jobs, each with its state and nodes; a text stands for what does not answer.
function clusterRows({ jobs, nomad_leader, consul_members }) {
  const lines =
    typeof jobs === "string"
      ? [cell("dd", jobs)]
      : jobs.map(({ name, state, nodes }) => entry(name, [state, ...nodes].join(", ")));
  return [
    cell("dt", "Jobs"),
    ...lines,
    cell("dt", "Cluster"),
    cell("dd", `Consul's nodes: ${consul_members}`),
    cell("dd", `Nomad's leader: ${nomad_leader}`),
  ];
}

function entry(name, about) {
  const line = cell("dd", "");
  line.append(cell("b", words(name), "tool-name"), " ", cell("span", about, "muted"));
  return line;
}

// A part's name on the first line, the rest of what is known about it below.
function part(value) {
  const { reason, ...rest } = value;
  const named = NAMES.find((key) => isSaid(rest[key] ?? ""));
  const details = Object.entries(rest)
    .filter(([key, detail]) => key !== named && isSaid(detail) && detail !== 0)
    .map(([key, detail]) =>
      typeof detail === "string" ? detail : `${words(key)} ${plain(detail)}`,
    );
  return [named ? rest[named] : null, details.join(", "), reason].filter(Boolean).map(String);
}

function cell(tag, text, style) {
  const element = document.createElement(tag);
  element.textContent = text;
  if (style) element.className = style;
  return element;
}

function plain(value) {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(Math.round(value * 100) / 100);
  if (value === null) return "";
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
