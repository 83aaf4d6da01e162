// A tool call as one small line of the transcript, with the progress that it last reported.

/** @import { ToolCall } from "../wire.js" */
import { create, updateText } from "../shared/elements.js";
import { visibleNodes } from "../shared/visible-text.js";

const MAX_LINES = 4;
const MAX_LINE_LENGTH = 300;
/** @type {Record<ToolCall["state"], string>} */
const STATES = {
  waiting: "waits for approval",
  running: "running …",
  done: "done",
  failed: "failed",
};

export class ToolCallLine {
  #state = create("span");
  #progress = create("pre");
  /** @type {string[]} */
  #lines = [];

  /** @param {string} tool Its name. */
  constructor(tool) {
    const name = create("b");
    name.append(visibleNodes(tool));
    const words = create("p", "words");
    words.append(name, " ", this.#state);
    // Otherwise a screen reader would read out each line of a long job.
    this.#progress.setAttribute("aria-live", "off");
    this.element = create("article", "entry call");
    this.element.append(words, this.#progress);
  }

  /** @param {ToolCall} call */
  update({ state, line }) {
    this.element.dataset.state = state;
    updateText(this.#state, STATES[state] ?? state);
    if (!line) return;
    const short = line.length > MAX_LINE_LENGTH ? `${line.slice(0, MAX_LINE_LENGTH)} …` : line;
    this.#lines = [...this.#lines, short].slice(-MAX_LINES);
    this.#progress.replaceChildren(visibleNodes(this.#lines.join("\n")));
  }
}
