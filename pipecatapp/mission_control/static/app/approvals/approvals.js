// Tool calls that wait for approval: one card at a time, above the composer.

/** @import { Approval, ServerMessage, SettledApproval } from "../wire.js" */
import { ApiError, decide, getApprovals } from "../shared/api.js";
import { visibleText } from "../shared/visible-text.js";
import { ApprovalCard } from "./approval-card.js";

/** @typedef {SettledApproval["verdict"] | "gone"} Verdict */

/** @type {Record<Verdict, (tool: string) => string>} */
const VERDICTS = {
  approved: (tool) => `Allowed ${tool}`,
  denied: (tool) => `Denied ${tool}`,
  expired: (tool) => `Expired: nobody answered about ${tool}`,
  withdrawn: (tool) => `Withdrawn: ${tool}`,
  unasked: (tool) => `${tool} no longer waits for approval`,
  gone: (tool) => `${tool} no longer waits for approval`,
};

/**
 * @typedef {object} ApprovalsParts
 * @property {HTMLElement} place Takes the card.
 * @property {HTMLElement} alert A live region, for screen readers.
 * @property {(text: string) => void} addRemark Adds a remark to the transcript.
 * @property {() => void} moveFocus Called where the focus was on a card that goes.
 */

export class Approvals {
  #parts;
  #title = document.title;
  /** @type {Map<string, ApprovalCard>} By the approval's id, oldest first. */
  #cards = new Map();
  /** @type {Set<string>} The ids of approvals that are settled. */
  #settled = new Set();

  /** @param {ApprovalsParts} parts */
  constructor(parts) {
    this.#parts = parts;
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#shownCard()?.arm();
    });
  }

  /** @param {ServerMessage} message */
  handle(message) {
    if (message.kind === "approval") this.#add(message);
    if (message.kind === "approval-settled") this.#settle(message.id, message.verdict);
  }

  /** Shows what waits now, and drops what was settled while this page was not connected. */
  async refresh() {
    const before = [...this.#cards.keys()];
    const waiting = await getApprovals().catch(() => {
      throw new Error("The waiting approvals could not be loaded: reload the page.");
    });
    const ids = new Set(waiting.map(({ id }) => id));
    for (const id of before) if (!ids.has(id)) this.#settle(id, "gone");
    for (const approval of waiting) this.#add(approval);
  }

  #shownCard() {
    return this.#cards.values().next().value;
  }

  /** @param {Approval} approval */
  #add(approval) {
    const { id } = approval;
    if (this.#settled.has(id) || this.#cards.has(id)) return;
    this.#cards.set(id, new ApprovalCard(approval, (approve) => this.#decide(approval, approve)));
    this.#render();
  }

  /**
   * @param {Approval} approval
   * @param {boolean} approve
   */
  async #decide(approval, approve) {
    try {
      await decide(approval, approve);
      this.#settle(approval.id, approve ? "approved" : "denied");
    } catch (error) {
      // Most likely it was settled elsewhere, and this tab was not told.
      const isSettled = error instanceof ApiError && [404, 409].includes(error.status);
      if (isSettled) await this.refresh().catch(() => {});
      throw error;
    }
  }

  /**
   * @param {string} id
   * @param {Verdict} verdict
   */
  #settle(id, verdict) {
    const card = this.#cards.get(id);
    this.#settled.add(id);
    if (!card) return;
    const isFocused = card.element.contains(document.activeElement);
    card.remove();
    this.#cards.delete(id);
    this.#parts.addRemark((VERDICTS[verdict] ?? VERDICTS.gone)(visibleText(card.approval.tool)));
    this.#render();
    if (isFocused) this.#parts.moveFocus();
  }

  #render() {
    const { place, alert } = this.#parts;
    const card = this.#shownCard();
    card?.showQueueLength(this.#cards.size - 1);
    document.title = card ? `Approval needed · ${this.#title}` : this.#title;
    place.hidden = !card;
    if (!card) alert.textContent = "";
    if (!card || card.element.isConnected) return;
    place.replaceChildren(card.element);
    card.arm();
    const tool = visibleText(card.approval.tool);
    alert.textContent = `The twin asks to run ${tool}. Allow or deny it above the message box.`;
  }
}
