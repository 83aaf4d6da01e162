// Calls that wait for a person: one card at a time, above the composer where nobody can miss it.

import { ask } from "./api.js";
import { ApprovalCard } from "./approval-card.js";
import { visibleText } from "./visible.js";

const VERDICTS = {
  approved: (tool) => `Allowed ${tool}`,
  denied: (tool) => `Denied ${tool}`,
  expired: (tool) => `Expired: nobody answered about ${tool}`,
  withdrawn: (tool) => `Withdrawn: ${tool}`,
  gone: (tool) => `${tool} does not wait any more`,
};

export class Approvals {
  #place;
  #announce;
  #remark;
  #title = document.title;
  #cards = new Map(); // by the approval's id, oldest first
  #settled = new Set();

  // `place` takes the card, `announce` is a live region, `remark(text)` adds a line to the log.
  constructor(place, announce, remark) {
    this.#place = place;
    this.#announce = announce;
    this.#remark = remark;
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#shown()?.arm();
    });
  }

  handle({ kind, ...data }) {
    if (kind === "approval") this.#ask(data);
    if (kind === "approval-settled") this.#settle(data.id, data.verdict);
  }

  // Takes up what waits on the server; what stopped waiting while nobody listened goes.
  async refresh() {
    const before = [...this.#cards.keys()];
    const answer = await fetch("/api/approvals");
    if (!answer.ok) throw new Error("What waits for approval could not be read: reload the page.");
    const waiting = await answer.json();
    const ids = new Set(waiting.map(({ id }) => id));
    for (const id of before) if (!ids.has(id)) this.#settle(id, "gone");
    for (const approval of waiting) this.#ask(approval);
  }

  #shown() {
    return this.#cards.values().next().value;
  }

  #ask(approval) {
    const { id } = approval;
    if (this.#settled.has(id) || this.#cards.has(id)) return;
    this.#cards.set(id, new ApprovalCard(approval, (approve) => this.#send(approval, approve)));
    this.#render();
  }

  async #send({ id, digest }, approve) {
    try {
      await ask("POST", `/api/approvals/${encodeURIComponent(id)}`, { digest, approve });
      this.#settle(id, approve ? "approved" : "denied");
    } catch (error) {
      // Settled elsewhere, most likely, and this tab was not told.
      if (error.status === 404 || error.status === 409) await this.refresh().catch(() => {});
      throw error;
    }
  }

  #settle(id, verdict) {
    const card = this.#cards.get(id);
    this.#settled.add(id);
    if (!card) return;
    const focused = card.element.contains(document.activeElement);
    card.remove();
    this.#cards.delete(id);
    this.#remark((VERDICTS[verdict] ?? VERDICTS.gone)(visibleText(card.approval.tool)));
    this.#render();
    if (focused && matchMedia("(pointer: fine)").matches) document.getElementById("text").focus();
  }

  #render() {
    const card = this.#shown();
    card?.tellWaiting(this.#cards.size - 1);
    document.title = card ? `Approval needed · ${this.#title}` : this.#title;
    this.#place.hidden = !card;
    if (!card) this.#announce.textContent = "";
    if (!card || card.element.isConnected) return;
    this.#place.replaceChildren(card.element);
    card.arm();
    const name = visibleText(card.approval.tool);
    this.#announce.textContent = `The twin asks to run ${name}. Allow or deny it above the message box.`;
  }
}
