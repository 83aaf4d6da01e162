// The conversation: turns what the agent reports into entries of the transcript.

/** @import { ServerFrames, ServerMessages, ToolCall, Turn, UserInput } from "../wire.js" */
/** @import { Frame } from "../shared/connection.js" */
/** @import { Handlers } from "../shared/dispatch.js" */
/** @import { Transcript } from "./transcript.js" */
import { dispatch } from "../shared/dispatch.js";
import { AssistantTurn } from "./assistant-turn.js";
import { Entry } from "./entry.js";
import { ToolCallLine } from "./tool-call-line.js";
import { UserTurn } from "./user-turn.js";

export class Conversation {
  #transcript;
  #user;
  #assistant;
  /** @type {Set<string>} The ids of the turns that are shown. */
  #ids = new Set();
  /** @type {Map<string, ToolCallLine>} By the id of the call. */
  #calls = new Map();

  /** @param {Transcript} transcript */
  constructor(transcript) {
    this.#transcript = transcript;
    this.#user = new UserTurn(transcript);
    this.#assistant = new AssistantTurn(transcript);
  }

  /** Whether there is an answer that can be interrupted. */
  get answering() {
    return this.#assistant.active;
  }

  /** @param {Turn[]} turns What the agent remembers, which replaces all that is shown. */
  load(turns) {
    this.#transcript.clear();
    this.#user.finish();
    this.#assistant.reset();
    this.#ids.clear();
    this.#calls.clear();
    for (const turn of turns) this.#addTurn(turn);
  }

  /**
   * Shows a message that was typed here.
   *
   * @param {string} id
   * @param {string} text
   */
  addTyped(id, text) {
    this.#user.finish();
    this.#ids.add(id);
    this.#transcript.add(Entry.spoken("user", { text }));
  }

  /** @param {Frame} frame */
  handle(frame) {
    dispatch(this.#frames, frame.type, frame.data);
    this.#transcript.setBusy(this.#assistant.streaming);
  }

  interrupt() {
    this.#assistant.interrupt();
  }

  /** @type {Handlers<ServerFrames>} */
  #frames = {
    "user-started-speaking": () => this.#user.start(),
    "user-stopped-speaking": () => this.#user.pause(),
    "user-input": (input) => this.#addInput(input),
    "bot-llm-started": () => this.#startAnswer(),
    "bot-llm-text": ({ text }) => {
      if (this.#assistant.interrupted) return;
      if (!this.#assistant.streaming) this.#startAnswer();
      this.#assistant.append(text);
    },
    "bot-llm-stopped": () => this.#assistant.finishText(),
    "bot-output": (output) => {
      if (this.#assistant.interrupted || !this.#assistant.isNew(output)) return;
      this.#user.finish();
      this.#assistant.addSpoken(output.text);
    },
    "bot-started-speaking": () => this.#assistant.setSpeaking(true),
    "bot-stopped-speaking": () => this.#assistant.setSpeaking(false),
    "bot-interrupted": () => this.interrupt(),
    "server-message": (message) => dispatch(this.#serverMessages, message.kind, message),
    error: ({ error }) => this.#transcript.addProblem(error),
    "error-response": ({ error }) => this.#transcript.addProblem(error),
  };

  /** @type {Handlers<ServerMessages>} */
  #serverMessages = {
    turn: (turn) => this.#addTurn(turn),
    timings: (timings) => this.#assistant.setTimings(timings),
    tool: (call) => this.#updateCall(call),
  };

  /** @param {Turn} turn */
  #addTurn({ id, role, text, at, timings }) {
    if (this.#ids.has(id)) return;
    this.#ids.add(id);
    this.#user.finish();
    const entry = Entry.spoken(role, { text, at });
    if (timings) entry.setTimings(timings);
    if (role === "assistant") this.#assistant.replace(entry);
    else this.#transcript.add(entry);
  }

  /** @param {UserInput} input */
  #addInput({ input_type: type, text, final, msg_id: id }) {
    if (type === "transcription") this.#user.hear(text, final);
    // What this tab sent is shown already.
    else if (type === "chat" && !(id && this.#ids.has(id))) this.addTyped(id ?? "", text);
  }

  #startAnswer() {
    this.#user.finish();
    this.#assistant.start();
  }

  /** @param {ToolCall} call */
  #updateCall(call) {
    const line = this.#calls.get(call.id) ?? this.#transcript.add(new ToolCallLine(call.tool));
    this.#calls.set(call.id, line);
    line.update(call);
  }
}
