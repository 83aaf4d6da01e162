// The status as terms and descriptions, for a list of them.

/** @import { ClusterStatus, ExpertStatus, Status, ToolsStatus } from "../wire.js" */
import { create } from "../shared/elements.js";
import { capitalize, duration, isPresent, plain, spaced } from "./status-values.js";

/** @type {Record<string, string>} */
const LABELS = {
  llm: "Language model",
  stt: "Speech recognition",
  tts: "Voice",
  cpu_level: "CPU level",
  memory_mb: "Memory, MB",
  uptime_s: "Running for",
  experts_stale: "Experts, as last known",
};
const NAMES = ["model", "voice", "service"]; // what names a component, the most telling first
// The transcript shows the first; the others have rows of their own.
const OMITTED = new Set(["last_turn", "tools", "experts", "cluster"]);

/**
 * @param {Status} status
 * @returns {HTMLElement[]}
 */
export function statusRows(status) {
  const { cluster, experts = [], tools = {} } = status;
  const plainRows = Object.entries(status)
    .filter(([key, value]) => isPresent(value) && !OMITTED.has(key))
    .flatMap(([key, value]) => row(key, value));
  return [
    ...plainRows,
    ...(cluster ? clusterRows(cluster) : []),
    ...expertRows(experts),
    ...toolRows(tools),
  ];
}

/**
 * @param {string} key
 * @param {unknown} value
 */
function row(key, value) {
  const label = LABELS[key] ?? capitalize(spaced(key));
  const lines = isObject(value)
    ? component(value)
    : [key === "uptime_s" ? duration(Number(value)) : plain(value)];
  const [first = "", ...rest] = lines;
  return [
    create("dt", "", label),
    ...(lines.length ? [create("dd", "", first)] : []),
    ...rest.map((text) => create("dd", "muted", text)),
  ];
}

/**
 * Returns the name of a component, then the rest of what is known about it.
 *
 * @param {Record<string, unknown>} value
 */
function component({ reason, ...rest }) {
  const named = NAMES.find((key) => isPresent(rest[key] ?? ""));
  const details = Object.entries(rest)
    .filter(([key, detail]) => key !== named && isPresent(detail) && detail !== 0)
    .map(([key, detail]) =>
      typeof detail === "string" ? detail : `${spaced(key)} ${plain(detail)}`,
    );
  return [named ? rest[named] : null, details.join(", "), reason].filter(Boolean).map(String);
}

/** @param {ExpertStatus[]} experts */
function expertRows(experts) {
  if (!experts.length) return [];
  const lines = experts.map(({ name, state, model, shared }) =>
    item(name, [state, shared ? "shares the main model" : model].filter(Boolean).join(", ")),
  );
  return [create("dt", "", "Experts"), ...lines];
}

/**
 * Returns the tools that can be used, by group, and why the others cannot.
 *
 * @param {ToolsStatus} tools
 */
function toolRows({ available = [], unavailable = {} }) {
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  for (const tool of available) {
    const [group = "", ...rest] = tool.split(".");
    groups.set(group, [...(groups.get(group) ?? []), spaced(rest.join("."))]);
  }
  const working = [...groups].map(([group, names]) => item(group, names.join(", ")));
  const missing = Object.entries(unavailable).map(([name, reason]) => item(name, reason));
  return [
    ...(working.length ? [create("dt", "", "Tools"), ...working] : []),
    ...(missing.length ? [create("dt", "", "Tools that cannot work here"), ...missing] : []),
  ];
}

/** @param {ClusterStatus} cluster */
function clusterRows({ jobs, nomad_leader: leader, consul_members: members }) {
  const lines =
    typeof jobs === "string"
      ? [create("dd", "", jobs)]
      : jobs.map(({ name, state, nodes }) => item(name, [state, ...nodes].join(", ")));
  return [
    create("dt", "", "Jobs"),
    ...lines,
    create("dt", "", "Cluster"),
    create("dd", "", `Consul's nodes: ${members}`),
    create("dd", "", `Nomad's leader: ${leader}`),
  ];
}

/**
 * @param {string} name
 * @param {string} about
 */
function item(name, about) {
  const line = create("dd");
  line.append(create("b", "tool-name", spaced(name)), " ", create("span", "muted", about));
  return line;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
  return typeof value === "object" && value !== null;
}
