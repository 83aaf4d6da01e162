// A call of a tool as one small line of the log, with what it last said.

import { visible } from "./visible.js";

const MOST_LINES = 4;
const LONGEST_LINE = 300;
const WORDS = {
  waiting: "waits for approval",
  running: "running …",
  done: "done",
  failed: "failed",
};

export class CallLine {
  #state = document.createElement("span");
  #progress = document.createElement("pre");
  #lines = [];

  constructor(tool) {
    this.element = document.createElement("article");
    this.element.className = "entry call";
    const words = document.createElement("p");
    words.className = "words";
    const name = document.createElement("b");
    name.append(visible(tool));
    words.append(name, " ", this.#state);
    // Each line of a long job would be read aloud otherwise.
    this.#progress.setAttribute("aria-live", "off");
    this.element.append(words, this.#progress);
  }

  show({ state, line }) {
    this.element.dataset.state = state;
    const words = WORDS[state] ?? state;
    if (this.#state.textContent !== words) this.#state.textContent = words;
    if (!line) return;
    const short = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)} …` : line;
    this.#lines = [...this.#lines, short].slice(-MOST_LINES);
    this.#progress.replaceChildren(visible(this.#lines.join("\n")));
  }
}
