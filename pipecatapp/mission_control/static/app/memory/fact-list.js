// The list of facts in the memory panel; each can be forgotten.

/** @import { Fact } from "../wire.js" */
import { forgetFacts } from "../shared/api.js";
import { askToConfirm } from "../shared/confirmation.js";
import { create, createButton, find } from "../shared/elements.js";
import { KeyedList } from "../shared/keyed-list.js";
import { plural } from "../shared/text.js";

/** @type {Record<string, string>} Facts of other sources say nothing about it. */
const SOURCES = { asked: "as asked", imported: "imported" };
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/**
 * @typedef {object} FactListEvents
 * @property {(text: string) => void} report Tells the user what was done.
 * @property {() => Promise<void>} onForgotten Called once a fact is forgotten.
 */

export class FactList {
  #panel;
  #events;
  /** @type {KeyedList<Fact>} */
  #list;

  /**
   * @param {HTMLElement} panel The memory panel.
   * @param {FactListEvents} events
   */
  constructor(panel, events) {
    this.#panel = panel;
    this.#events = events;
    const list = find(panel, "[data-part=facts]", HTMLElement);
    this.#list = new KeyedList(list, "id", (fact) => this.#createRow(fact));
  }

  /** Whether somebody is using it. */
  get busy() {
    return this.#list.busy;
  }

  /** @param {Fact[]} facts */
  show(facts) {
    if (!this.busy) this.#list.show(facts);
  }

  /** @param {Fact} fact */
  #createRow(fact) {
    const text = create("p", "fact-text", fact.text);
    text.dir = "auto";
    const about = [fact.told_by, day.format(new Date(fact.at)), SOURCES[fact.source]];
    const forget = createButton("Forget", "small");
    forget.setAttribute("aria-label", `Forget: ${fact.text}`);
    forget.addEventListener("click", () =>
      askToConfirm(forget, {
        question: "Forget this for good, in every snapshot too?",
        confirm: "Forget",
        cancel: "Keep",
        act: () => this.#forget(fact.id),
      }),
    );
    const row = create("li", "fact");
    row.append(text, create("p", "muted", about.filter(Boolean).join(" · ")), forget);
    return row;
  }

  /** @param {number} id */
  async #forget(id) {
    const { forgotten } = await forgetFacts([id]);
    const next = this.#list.drop(id) ?? this.#panel;
    const done = forgotten
      ? `${plural(forgotten, "fact")} forgotten.`
      : "It was forgotten already.";
    this.#events.report(done);
    next.focus();
    await this.#events.onForgotten();
  }
}
