// A call of a tool that waits for a person: what would run, and the two answers.

import { button, made } from "./elements.js";
import { visible, visibleText } from "./visible.js";

const INERT_MS = 500; // a click that was meant for what stood here before decides nothing
const TICK_MS = 250;

export class ApprovalCard {
  #deadline;
  #decide;
  #sent = false;
  #armed = false;
  #arming = 0;
  #ticking = 0;
  #deny = button("Deny", "deny");
  #allow = button("Allow once", "allow");
  #clock = made("span", "clock");
  #bar = made("span", "remaining");
  #arguments = made("dl", "arguments");
  #more = made("p", "more");
  #queue = made("p", "queue");
  #problem = made("p", "problem");

  // `decide(approve)` sends the answer; it throws an Error that says why it could not.
  constructor(approval, decide) {
    this.approval = approval;
    this.#decide = decide;
    this.#deadline = Date.now() + 1000 * approval.expires_in_s;
    this.element = made("section", "approval");
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", `Approval of ${visibleText(approval.tool)}`);
    this.#problem.setAttribute("role", "alert");
    this.#bar.setAttribute("aria-hidden", "true");
    this.#showArguments(approval.arguments);
    const answers = made("div", "answers");
    answers.append(this.#deny, this.#allow, this.#queue);
    this.element.append(
      this.#bar,
      heading(approval.tool, this.#clock),
      this.#arguments,
      this.#more,
      this.#problem,
      answers,
    );
    this.#deny.addEventListener("click", () => this.#send(false));
    this.#allow.addEventListener("click", () => this.#send(true));
    this.#arguments.addEventListener("scroll", () => this.#showMore());
  }

  // Called when it comes into view, and again when its tab does.
  arm() {
    this.#armed = false;
    clearTimeout(this.#arming);
    this.#arming = setTimeout(() => {
      this.#armed = true;
      this.#update();
    }, INERT_MS);
    clearInterval(this.#ticking);
    this.#ticking = setInterval(() => this.#update(), TICK_MS);
    this.#update();
  }

  remove() {
    clearTimeout(this.#arming);
    clearInterval(this.#ticking);
    this.element.remove();
  }

  tellWaiting(others) {
    this.#queue.textContent = others ? `${others} more after this` : "";
  }

  async #send(approve) {
    if (this.#sent || !this.#armed) return;
    this.#sent = true;
    this.#problem.textContent = "";
    this.#update();
    try {
      await this.#decide(approve);
    } catch (error) {
      this.#sent = false;
      this.#problem.textContent = error.message;
      this.#update();
    }
  }

  #update() {
    const left = Math.max(0, this.#deadline - Date.now());
    this.#clock.textContent = left ? `${Math.ceil(left / 1000)} s left` : "Time is up";
    this.#bar.style.setProperty("--left", left / 1000 / this.approval.expires_in_s);
    for (const answer of [this.#deny, this.#allow]) {
      answer.disabled = this.#sent || !left || !this.#armed;
    }
    this.#showMore();
  }

  #showArguments(values) {
    this.#arguments.tabIndex = 0;
    this.#arguments.setAttribute("aria-label", "Arguments");
    for (const [name, value] of Object.entries(values)) {
      const term = made("dt");
      term.append(visible(name));
      this.#arguments.append(term, shown(value));
    }
    if (!this.#arguments.children.length) this.#arguments.append(made("dt", "", "no arguments"));
  }

  #showMore() {
    const { scrollHeight, scrollTop, clientHeight } = this.#arguments;
    const below = scrollHeight - scrollTop - clientHeight > 4;
    const hint = below ? "There is more below: scroll to read all of it." : "";
    if (this.#more.textContent !== hint) this.#more.textContent = hint;
  }
}

// Lines are numbered: a long one that wraps cannot be taken for two.
function shown(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const element = made("dd");
  if (!text) {
    element.append(made("span", "escape", "empty"));
    return element;
  }
  const lines = text.split("\n");
  if (lines.length > 1) element.className = "numbered";
  for (const [index, line] of lines.entries()) {
    const part = made("span", "line");
    part.append(visible(line), index < lines.length - 1 ? "\n" : "");
    element.append(part);
  }
  return element;
}

function heading(tool, clock) {
  const element = made("header");
  const words = made("p", "asks", "The twin asks to run");
  const name = made("h2");
  name.append(visible(tool));
  element.append(words, clock, name);
  return element;
}
