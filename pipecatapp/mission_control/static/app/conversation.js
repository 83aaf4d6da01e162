// The conversation: turns what the server reports into entries of the log.

import { CallLine } from "./call-line.js";
import { Entry } from "./entry.js";

export class Conversation {
  #log;
  #empty;
  #user = null; // what is being said now
  #bot = null; // the newest answer
  #ids = new Set();
  #segments = new Set();
  #calls = new Map(); // lines, by the id of the call

  constructor(log, empty) {
    this.#log = log;
    this.#empty = empty;
  }

  get answering() {
    return this.#bot !== null && (this.#bot.is("waiting") || this.#bot.is("speaking"));
  }

  // Replaces everything by what the server remembers.
  load(turns) {
    for (const element of this.#log.querySelectorAll(".entry")) element.remove();
    this.#user = this.#bot = null;
    this.#ids.clear();
    this.#segments.clear();
    this.#calls.clear();
    this.#empty.hidden = turns.length > 0;
    for (const turn of turns) this.#turn(turn);
  }

  typed(id, text) {
    this.#finishUser();
    this.#ids.add(id);
    this.#add(new Entry("user", { text }));
  }

  note(text, problem = false) {
    this.#add(new Entry("notice", { text, kind: problem ? "notice problem-entry" : "notice" }));
  }

  remark(text) {
    this.#add(new Entry("notice", { text, kind: "remark" }));
  }

  handle({ type, data = {} }) {
    this.#handlers[type]?.(data);
    this.#log.setAttribute("aria-busy", String(this.#bot?.is("waiting") ?? false));
  }

  #handlers = {
    "user-started-speaking": () => this.#listen(),
    "user-stopped-speaking": () => this.#user?.mark("listening", false),
    "user-input": (data) => this.#input(data),
    "bot-llm-started": () => this.#startAnswer(),
    "bot-llm-text": ({ text }) => this.#answer().append(text),
    "bot-llm-stopped": () => this.#endAnswer(),
    "bot-output": (data) => this.#spoken(data),
    "bot-started-speaking": () => this.#bot?.mark("speaking", true),
    "bot-stopped-speaking": () => this.#bot?.mark("speaking", false),
    "bot-interrupted": () => this.interrupted(),
    "server-message": (data) => this.#serverMessages[data.kind]?.(data),
    error: ({ error }) => this.note(error, true),
    "error-response": ({ error }) => this.note(error, true),
  };

  #serverMessages = {
    turn: (turn) => this.#turn(turn),
    timings: (timings) => this.#bot?.setTimings(timings),
    notice: ({ text }) => this.note(text),
    tool: (call) => this.#call(call),
  };

  interrupted() {
    if (!this.answering) return;
    this.#bot.mark("waiting", false);
    this.#bot.mark("speaking", false);
    if (this.#bot.text) this.#bot.interrupt();
    else this.#dropBot();
  }

  #turn({ id, role, text, at, timings }) {
    if (id !== undefined && this.#ids.has(id)) return;
    this.#ids.add(id);
    this.#finishUser();
    const entry = this.#add(new Entry(role, { text, at }));
    if (role === "assistant") this.#bot = entry;
    if (timings) entry.setTimings(timings);
  }

  #call({ id, tool, ...news }) {
    if (!this.#calls.has(id)) this.#calls.set(id, this.#add(new CallLine(tool)));
    this.#calls.get(id).show(news);
  }

  #listen() {
    this.#finishUser();
    this.#user = this.#add(new Entry("user"));
    this.#user.mark("listening", true);
  }

  #input({ input_type: type, text, final, msg_id: id }) {
    if (type === "chat") {
      if (!this.#ids.has(id)) this.typed(id, text);
      return;
    }
    if (type !== "transcription") return;
    this.#user ??= this.#add(new Entry("user"));
    if (final) this.#user.setText(`${this.#user.text} ${text}`.trim());
    else this.#user.setText(this.#user.text, text);
  }

  // Noise opens a turn, too; nothing was said, so nothing is shown.
  #finishUser() {
    this.#user?.mark("listening", false);
    if (this.#user && !this.#user.text) this.#user.remove();
    this.#user = null;
  }

  #startAnswer() {
    this.#finishUser();
    if (this.#bot?.is("waiting") && !this.#bot.text) return;
    this.#bot?.mark("waiting", false);
    // What follows a call of a tool may begin before the words before it were spoken.
    this.#bot?.mark("speaking", false);
    this.#bot = this.#add(new Entry("assistant"));
    this.#bot.mark("waiting", true);
  }

  #answer() {
    if (!this.#bot?.is("waiting")) this.#startAnswer();
    return this.#bot;
  }

  #endAnswer() {
    this.#bot?.mark("waiting", false);
    if (this.#bot && !this.#bot.text) this.#dropBot();
  }

  // Most of what is spoken was streamed as text before; the rest (a refusal, say) is new here.
  #spoken({ text, segment_id: segment }) {
    const words = squeeze(text);
    if (!words || this.#segments.has(segment)) return;
    this.#segments.add(segment);
    if (this.#bot && squeeze(this.#bot.text).includes(words)) return;
    this.#finishUser();
    this.#bot = this.#add(new Entry("assistant", { text: text.trim() }));
    this.#bot.mark("speaking", true);
  }

  #dropBot() {
    this.#bot.remove();
    this.#bot = null;
  }

  #add(entry) {
    this.#empty.hidden = true;
    this.#log.append(entry.element);
    return entry;
  }
}

function squeeze(text) {
  return text.replace(/\s+/g, "");
}
