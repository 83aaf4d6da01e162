// The memory panel: what is remembered, and what can be done with it.

import { ask } from "./api.js";
import { button, made, plural } from "./elements.js";
import { KeyedList } from "./keyed-list.js";
import { Panel } from "./panel.js";
import { askFirst } from "./question.js";
import { Snapshots } from "./snapshots.js";

const TYPING_MS = 250;
const FEW = 8; // newest facts, above the snapshots
const MOST = 100;
const WHY = { asked: "as asked", imported: "imported" };
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

export class MemoryPanel extends Panel {
  #element;
  #part;
  #facts;
  #snapshots;
  #typing = 0;
  #all = false; // whether more than a few are to be shown where nothing is searched
  #asked = 0; // the newest search; answers of older ones come too late

  // `loaded()` is called once another memory holds.
  constructor(element, toggle, loaded) {
    super(element, toggle);
    this.#element = element;
    this.#part = (name) => element.querySelector(`[data-part=${name}]`);
    this.#facts = new KeyedList(this.#part("facts"), (fact) => this.#row(fact));
    const say = (line) => this.#say(line);
    this.#snapshots = new Snapshots(element, say, () => {
      loaded();
      this.refresh();
    });
    this.#part("query").addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#search(), TYPING_MS);
    });
    this.#part("more").addEventListener("click", () => {
      this.#all = true;
      element.focus(); // this button goes; in a field the focus would open a phone's keyboard
      this.#search();
    });
    this.#part("search").addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(this.#typing);
      this.#search();
    });
  }

  async refresh() {
    if (this.#facts.busy || this.#snapshots.busy) return;
    await Promise.all([this.#search(), this.#snapshots.refresh()]);
  }

  async #search() {
    this.#asked += 1;
    const search = this.#asked;
    const query = this.#part("query").value.trim();
    const most = query || this.#all ? MOST : FEW;
    try {
      const found = await ask("GET", `/api/memory?${new URLSearchParams({ query, most })}`);
      if (search === this.#asked) this.#show(found, query);
    } catch (error) {
      if (search === this.#asked) this.#part("problem").textContent = error.message;
    }
  }

  #show({ count, waiting, facts }, query) {
    this.#part("problem").textContent = "";
    this.#count(count, waiting);
    if (!this.#facts.busy) this.#facts.show(facts, "id");
    this.#part("more").hidden = Boolean(query) || this.#all || count <= facts.length;
    const rest = count > facts.length ? `The newest ${facts.length} of ${count}.` : "";
    const none = count ? "Nothing of that is remembered." : "Nothing is remembered yet.";
    const found = facts.length ? `${plural(facts.length, "fact")} found.` : none;
    const line = query || !facts.length ? found : rest;
    // Said only when it is another: a screen reader would read it out every ten seconds.
    if (this.#part("found").textContent !== line) this.#part("found").textContent = line;
  }

  #count(count, waiting) {
    const examined = waiting ? `, ${plural(waiting, "turn")} to be examined` : "";
    this.#part("count").textContent = plural(count, "fact") + examined;
  }

  #row(fact) {
    const row = made("li", "fact");
    const text = made("p", "fact-text", fact.text);
    text.dir = "auto";
    const about = [fact.told_by, day.format(new Date(fact.at)), WHY[fact.source]];
    const forget = button("Forget", "small");
    forget.setAttribute("aria-label", `Forget: ${fact.text}`);
    forget.addEventListener("click", () =>
      askFirst(forget, {
        question: "Forget this for good, in every snapshot too?",
        yes: "Forget",
        no: "Keep",
        act: () => this.#forget(fact.id),
      }),
    );
    row.append(text, made("p", "muted", about.filter(Boolean).join(" · ")), forget);
    return row;
  }

  async #forget(id) {
    const { forgotten } = await ask("POST", "/api/memory/forget", { ids: [id] });
    const next = this.#facts.drop(id) ?? this.#element;
    this.#say(forgotten ? `${plural(forgotten, "fact")} forgotten.` : "It was forgotten already.");
    next.focus();
    await Promise.all([this.#search(), this.#snapshots.refresh()]);
  }

  #say(line) {
    this.#part("done").textContent = line;
  }
}
