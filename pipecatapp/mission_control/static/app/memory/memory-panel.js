// The memory panel: the facts that are remembered, and below them the snapshots.

/** @import { MemorySearch } from "../wire.js" */
import { searchMemory } from "../shared/api.js";
import { find, updateText } from "../shared/elements.js";
import { Panel } from "../shared/panel.js";
import { errorText, plural } from "../shared/text.js";
import { FactList } from "./fact-list.js";
import { Snapshots } from "./snapshots.js";

const TYPING_MS = 250;
const FEW_FACTS = 8; // the newest ones; more would push the snapshots out of sight
const MOST_FACTS = 100;

export class MemoryPanel extends Panel {
  #element;
  #count;
  #done;
  #query;
  #problem;
  #found;
  #more;
  #facts;
  #snapshots;
  #typing = 0;
  #showAll = false; // whether more than the few newest facts are shown where there is no query
  #searches = 0; // how many were started; the answers of all but the newest come too late

  /**
   * @param {HTMLElement} element
   * @param {HTMLButtonElement} toggle
   * @param {() => void} onLoaded Called once a snapshot is loaded.
   */
  constructor(element, toggle, onLoaded) {
    super(element, toggle);
    this.#element = element;
    this.#count = find(element, "[data-part=count]", HTMLElement);
    this.#done = find(element, "[data-part=done]", HTMLElement);
    this.#query = find(element, "[data-part=query]", HTMLInputElement);
    this.#problem = find(element, "[data-part=problem]", HTMLElement);
    this.#found = find(element, "[data-part=found]", HTMLElement);
    this.#more = find(element, "[data-part=more]", HTMLButtonElement);
    const report = (/** @type {string} */ text) => this.#report(text);
    this.#facts = new FactList(element, { report, onForgotten: () => this.#refreshAll() });
    this.#snapshots = new Snapshots(element, {
      report,
      onLoaded: () => {
        onLoaded();
        this.refresh();
      },
    });
    this.#bind();
  }

  /** @override */
  async refresh() {
    if (this.#facts.busy || this.#snapshots.busy) return;
    await this.#refreshAll();
  }

  #bind() {
    this.#query.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#search(), TYPING_MS);
    });
    this.#more.addEventListener("click", () => {
      this.#showAll = true;
      // The button is about to go. The focus in a field would open a phone's keyboard.
      this.#element.focus();
      this.#search();
    });
    find(this.#element, "[data-part=search]", HTMLFormElement).addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        clearTimeout(this.#typing);
        this.#search();
      },
    );
  }

  async #refreshAll() {
    await Promise.all([this.#search(), this.#snapshots.refresh()]);
  }

  async #search() {
    this.#searches += 1;
    const search = this.#searches;
    const query = this.#query.value.trim();
    const most = query || this.#showAll ? MOST_FACTS : FEW_FACTS;
    try {
      const found = await searchMemory(query, most);
      if (search === this.#searches) this.#show(found, query);
    } catch (error) {
      if (search === this.#searches) this.#problem.textContent = errorText(error);
    }
  }

  /**
   * @param {MemorySearch} found
   * @param {string} query
   */
  #show({ count, waiting, facts }, query) {
    this.#problem.textContent = "";
    const examined = waiting ? `, ${plural(waiting, "turn")} to be examined` : "";
    this.#count.textContent = plural(count, "fact") + examined;
    this.#facts.show(facts);
    this.#more.hidden = Boolean(query) || this.#showAll || count <= facts.length;
    updateText(this.#found, summary(count, facts.length, query));
  }

  /** @param {string} text What was done. */
  #report(text) {
    this.#done.textContent = text;
  }
}

/**
 * @param {number} count How many facts are remembered.
 * @param {number} shown How many of them are shown.
 * @param {string} query
 */
function summary(count, shown, query) {
  if (!count) return "Nothing is remembered yet.";
  if (!shown) return "Nothing of that is remembered.";
  if (query) return `${plural(shown, "fact")} found.`;
  return count > shown ? `The newest ${shown} of ${count}.` : "";
}
