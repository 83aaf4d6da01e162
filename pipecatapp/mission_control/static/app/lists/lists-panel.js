// The lists panel: the household's lists, the same on all devices.

/** @import { HouseholdList } from "../wire.js" */
import {
  addListItem,
  createList,
  deleteList,
  getLists,
  strikeOffListItem,
  undoListChange,
} from "../shared/api.js";
import { find } from "../shared/elements.js";
import { Panel } from "../shared/panel.js";
import { errorText } from "../shared/text.js";
import { ListSection } from "./list-section.js";

/** @type {HouseholdList} Shown where there is no list yet; the first item makes it. */
const FIRST = { id: 0, name: "shopping", items: [] };

export class ListsPanel extends Panel {
  #element;
  #place;
  #done;
  #undo;
  #problem;
  #name;
  /** @type {Map<number, ListSection>} */
  #sections = new Map();
  #fetches = 0; // how many were started; the answers of all but the newest come too late

  /**
   * @param {HTMLElement} element
   * @param {HTMLButtonElement} toggle
   */
  constructor(element, toggle) {
    super(element, toggle);
    this.#element = element;
    this.#place = find(element, "[data-part=lists]", HTMLElement);
    this.#done = find(element, "[data-part=done]", HTMLElement);
    this.#undo = find(element, "[data-part=undo]", HTMLButtonElement);
    this.#problem = find(element, "[data-part=problem]", HTMLElement);
    this.#name = find(element, "[data-part=name]", HTMLInputElement);
    this.#undo.addEventListener("click", () => this.#takeBack());
    find(element, "[data-part=create]", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#create();
    });
  }

  /** Shows what has changed, here or on another device, where the panel is open. */
  changed() {
    if (this.shown) this.refresh();
  }

  /** @override */
  async refresh() {
    this.#fetches += 1;
    const fetch = this.#fetches;
    try {
      const lists = await getLists();
      if (fetch !== this.#fetches) return;
      this.#problem.textContent = "";
      this.#show(lists.length ? lists : [FIRST]);
    } catch (error) {
      if (fetch === this.#fetches) this.#problem.textContent = errorText(error);
    }
  }

  /** @param {HouseholdList[]} lists */
  #show(lists) {
    const ids = new Set(lists.map(({ id }) => id));
    for (const [id, section] of this.#sections) {
      if (ids.has(id)) continue;
      section.element.remove();
      this.#sections.delete(id);
    }
    for (const list of lists) {
      const known = this.#sections.get(list.id);
      if (known) known.show(list);
      else this.#append(list);
    }
  }

  /** @param {HouseholdList} list */
  #append(list) {
    const section = new ListSection(list, {
      add: async (name, text) => {
        const { added } = await addListItem(name, text);
        this.#report(added ? "" : `${text} was on the list already.`);
        await this.refresh();
        if (!section.element.isConnected) this.#focusFirst(); // the first item made the list
      },
      strikeOff: async (item) => {
        await strikeOffListItem(item.id);
        this.#report(`Struck off ${item.text}.`, true);
        await this.refresh();
      },
      remove: async ({ id, name }) => {
        await deleteList(id);
        this.#report(`Deleted the list ${name}.`, true);
        this.#element.focus();
        await this.refresh();
      },
    });
    this.#sections.set(list.id, section);
    this.#place.append(section.element);
  }

  #focusFirst() {
    const [first] = this.#sections.values();
    first?.focus();
  }

  async #create() {
    try {
      await createList(this.#name.value.trim());
      this.#name.value = "";
      this.#report("");
      await this.refresh();
    } catch (error) {
      this.#problem.textContent = errorText(error);
    }
  }

  async #takeBack() {
    try {
      const { undone } = await undoListChange();
      this.#report(undone ? "Undone." : "There is nothing to undo any more.");
      this.#element.focus();
      await this.refresh();
    } catch (error) {
      this.#problem.textContent = errorText(error);
    }
  }

  /**
   * @param {string} text What was done; empty for nothing that has to be said.
   * @param {boolean} [canUndo]
   */
  #report(text, canUndo = false) {
    this.#done.textContent = text;
    this.#undo.hidden = !canUndo;
  }
}
