// A tool call that waits for approval: what would run, the time that is left, and the two answers.

/** @import { Approval } from "../wire.js" */
import { create, createButton, updateText } from "../shared/elements.js";
import { errorText } from "../shared/text.js";
import { visibleNodes, visibleText } from "../shared/visible-text.js";
import { argumentsList } from "./arguments.js";

const INERT_MS = 500; // a click that was meant for what stood here before decides nothing
const TICK_MS = 250;

export class ApprovalCard {
  #deadline;
  #decide;
  #sent = false;
  #armed = false;
  #arming = 0;
  #ticking = 0;
  #deny = createButton("Deny", "deny");
  #allow = createButton("Allow once", "allow");
  #clock = create("span", "clock");
  #bar = create("span", "remaining");
  #arguments;
  #more = create("p", "more");
  #queue = create("p", "queue");
  #problem = create("p", "problem");

  /**
   * @param {Approval} approval
   * @param {(approve: boolean) => Promise<void>} decide Sends the answer; an Error that it throws
   *   is shown on the card.
   */
  constructor(approval, decide) {
    this.approval = approval;
    this.#decide = decide;
    this.#deadline = Date.now() + 1000 * approval.expires_in_s;
    this.#arguments = argumentsList(approval.arguments);
    this.element = this.#createElement();
    this.#deny.addEventListener("click", () => this.#send(false));
    this.#allow.addEventListener("click", () => this.#send(true));
    this.#arguments.addEventListener("scroll", () => this.#updateMore());
  }

  /** Call it when the card comes into view, and again when its tab does. */
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

  /** @param {number} others How many approvals wait behind this one. */
  showQueueLength(others) {
    this.#queue.textContent = others ? `${others} more after this` : "";
  }

  #createElement() {
    const element = create("section", "approval");
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", `Approval of ${visibleText(this.approval.tool)}`);
    this.#problem.setAttribute("role", "alert");
    this.#bar.setAttribute("aria-hidden", "true");
    const answers = create("div", "answers");
    answers.append(this.#deny, this.#allow, this.#queue);
    element.append(
      this.#bar,
      heading(this.approval.tool, this.#clock),
      this.#arguments,
      this.#more,
      this.#problem,
      answers,
    );
    return element;
  }

  /** @param {boolean} approve */
  async #send(approve) {
    if (this.#sent || !this.#armed) return;
    this.#sent = true;
    this.#problem.textContent = "";
    this.#update();
    try {
      await this.#decide(approve);
    } catch (error) {
      this.#sent = false;
      this.#problem.textContent = errorText(error);
      this.#update();
    }
  }

  #update() {
    const left = Math.max(0, this.#deadline - Date.now()) / 1000;
    this.#clock.textContent = left ? `${Math.ceil(left)} s left` : "Time is up";
    this.#bar.style.setProperty("--left", String(left / this.approval.expires_in_s));
    for (const answer of [this.#deny, this.#allow]) {
      answer.disabled = this.#sent || !left || !this.#armed;
    }
    this.#updateMore();
  }

  #updateMore() {
    const { scrollHeight, scrollTop, clientHeight } = this.#arguments;
    const isCut = scrollHeight - scrollTop - clientHeight > 4;
    updateText(this.#more, isCut ? "There is more below: scroll to read all of it." : "");
  }
}

/**
 * @param {string} tool
 * @param {HTMLElement} clock
 */
function heading(tool, clock) {
  const name = create("h2");
  name.append(visibleNodes(tool));
  const header = create("header");
  header.append(create("p", "asks", "The twin asks to run"), clock, name);
  return header;
}
