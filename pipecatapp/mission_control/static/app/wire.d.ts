// What the page and the agent send each other: RTVI messages on the socket, JSON of the API.
// The agent's side is in session.py, mission_control/ and tools/runner.py.

// -- The socket `/ws`: RTVI messages as text; audio in binary, PCM16 mono --------------------

/** The data of each RTVI message that the page understands, by the message's type. */
export interface ServerFrames {
  "user-started-speaking": object;
  "user-stopped-speaking": object;
  "user-input": UserInput;
  "bot-llm-started": object;
  "bot-llm-text": { text: string };
  "bot-llm-stopped": object;
  "bot-output": BotOutput;
  "bot-started-speaking": object;
  "bot-stopped-speaking": object;
  "bot-interrupted": object;
  "server-message": ServerMessage;
  error: Problem;
  "error-response": Problem;
}

/** The data of each RTVI message that the page sends, by the message's type. */
export interface ClientFrames {
  "client-ready": ClientReady;
  "send-text": SendText;
  "client-message": { t: ClientCommand };
}

/** What a tab asks of its own session. */
export type ClientCommand = "mute" | "unmute" | "stop" | "audio-on" | "audio-off";

/** What the user said or typed; an interim transcript replaces the one before it. */
export interface UserInput {
  input_type: "transcription" | "chat" | "backchannel";
  text: string;
  final: boolean;
  /** The id of the `send-text` that brought it. */
  msg_id?: string | null;
}

/** A part of the answer on its way to the voice. */
export interface BotOutput {
  text: string;
  segment_id?: number | null;
}

export interface Problem {
  /** One line for a person. */
  error: string;
}

export interface ClientReady {
  version: string;
  about: { library: string };
  /** Of the audio that will be sent, in Hz. */
  sample_rate: number;
}

export interface SendText {
  content: string;
  options: { run_immediately: boolean; audio_response: boolean };
}

// -- Server messages: what the agent adds to RTVI --------------------------------------------

/** What each server message holds, by its kind. */
export interface ServerMessages {
  session: Session;
  turn: Turn;
  action: { action: Action };
  timings: Timings;
  approval: Approval;
  "approval-settled": SettledApproval;
  tool: ToolCall;
  history: object;
  /** Timers, alarms and reminders are others now. */
  schedule: object;
  /** The household's lists have changed. */
  lists: object;
}

export type ServerMessage = {
  [Kind in keyof ServerMessages]: { kind: Kind } & ServerMessages[Kind];
}[keyof ServerMessages];

/** The first message of a session; rates in Hz. */
export interface Session {
  input_sample_rate: number;
  output_sample_rate: number;
  conversation_id: string;
}

/** A message of the conversation: one of `GET /api/history`, or another tab's. */
export interface Turn {
  id: string;
  role: "user" | "assistant";
  text: string;
  /** When, in ISO 8601. */
  at: string;
  timings: Timings | null;
  /** What had been heard of an answer when somebody interrupted it; null where nobody did. */
  heard: string | null;
}

/** What the twin decided a turn needs. */
export interface Action {
  kind: "answer" | "tool" | "expert";
  name: string | null;
}

/** The figures of a turn, times in ms; null where a stage did not take place. */
export interface Timings {
  turn_end_ms?: number | null;
  stt_ms?: number | null;
  decide_ms?: number | null;
  ttft_ms?: number | null;
  tts_first_ms?: number | null;
  first_audio_ms?: number | null;
  total_ms?: number | null;
  prompt_tokens?: number | null;
  cached_tokens?: number | null;
  tokens_per_s?: number | null;
}

/** A tool call that waits for approval; one of `GET /api/approvals` too. */
export interface Approval {
  id: string;
  tool: string;
  arguments: Record<string, unknown>;
  /** Of the call, in hexadecimal; the decision repeats it. */
  digest: string;
  /** Seconds until it counts as denied. */
  expires_in_s: number;
}

export interface SettledApproval {
  id: string;
  verdict: "approved" | "denied" | "expired" | "withdrawn" | "unasked";
}

/** A step in the life of a tool call. */
export interface ToolCall {
  id: string;
  tool: string;
  state: "waiting" | "running" | "done" | "failed";
  /** A line of progress. */
  line: string | null;
}

// -- The API `/api` ---------------------------------------------------------------------------

/** `GET /api/memory`: how much is remembered, and the facts that fit the query. */
export interface MemorySearch {
  count: number;
  /** Turns that facts are yet to be learned from. */
  waiting: number;
  facts: Fact[];
}

export interface Fact {
  id: number;
  text: string;
  source: string;
  told_by: string | null;
  /** When it was told, in ISO 8601. */
  at: string;
}

/** One of `GET /api/lists`. */
export interface HouseholdList {
  id: number;
  name: string;
  /** In the order in which they were added. */
  items: ListItem[];
}

export interface ListItem {
  id: number;
  text: string;
  /** When it was added, in seconds since 1970. */
  at: number;
}

/** One of `GET /api/state`. */
export interface Snapshot {
  name: string;
  /** When it was saved, in ISO 8601. */
  at: string;
  facts: number;
  turns: number;
}

/** `GET /api/schedule`: what waits, the next one first, and what nobody has reacted to. */
export interface ScheduleContent {
  waiting: ScheduledEntry[];
  due: ScheduledEntry[];
}

export interface ScheduledEntry {
  id: number;
  kind: "timer" | "alarm" | "reminder";
  /** What it is called; may be empty. */
  name: string;
  /** What names it in a sentence. */
  label: string;
  /** When it is due, in words. */
  when: string;
  /** Negative for what is due. */
  due_in_s: number;
  /** Whether it rings here now. */
  rings: boolean;
}

/** `GET /api/status`; what the page does not know by name it lists as it is. */
export interface Status extends Record<string, unknown> {
  experts?: ExpertStatus[];
  tools?: ToolsStatus;
  cluster?: ClusterStatus;
}

export interface ExpertStatus {
  name: string;
  state: string;
  model: string | null;
  /** Whether the main model serves it. */
  shared: boolean;
}

export interface ToolsStatus {
  available?: string[];
  /** Why each of the others cannot be used, by name. */
  unavailable?: Record<string, string>;
}

export interface ClusterStatus {
  /** Or why they are not known. */
  jobs: { name: string; state: string; nodes: string[] }[] | string;
  nomad_leader: string;
  consul_members: string | number;
}
