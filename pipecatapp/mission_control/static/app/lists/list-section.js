// One list in the lists panel: its items, and a field for the next one.

/** @import { HouseholdList, ListItem } from "../wire.js" */
import { askToConfirm } from "../shared/confirmation.js";
import { create, createButton } from "../shared/elements.js";
import { errorText } from "../shared/text.js";

const LONGEST_ITEM = 200; // characters

/**
 * @typedef {object} ListEvents
 * @property {(name: string, text: string) => Promise<void>} add
 * @property {(item: ListItem) => Promise<void>} strikeOff
 * @property {(list: HouseholdList) => Promise<void>} remove Deletes the list.
 */

export class ListSection {
  #list;
  #events;
  /** @type {Map<number, HTMLElement>} */
  #rows = new Map();
  #items = create("ul", "rows");
  #none = create("p", "muted", "There is nothing on it.");
  #problem = create("p", "problem");
  #input = create("input");

  /**
   * @param {HouseholdList} list
   * @param {ListEvents} events
   */
  constructor(list, events) {
    this.#list = list;
    this.#events = events;
    this.element = create("section", "list");
    this.element.setAttribute("aria-label", list.name);
    this.#items.setAttribute("aria-label", list.name);
    this.#problem.setAttribute("role", "alert");
    this.element.append(
      this.#createHeading(),
      this.#items,
      this.#none,
      this.#createForm(),
      this.#problem,
    );
    this.show(list);
  }

  /**
   * Shows the items as they are now. Rows that stay are not touched: somebody may be about to press
   * a button, here or on another device.
   *
   * @param {HouseholdList} list
   */
  show(list) {
    this.#list = list;
    const ids = new Set(list.items.map(({ id }) => id));
    for (const id of this.#rows.keys()) if (!ids.has(id)) this.#drop(id);
    for (const item of list.items) {
      if (this.#rows.has(item.id)) continue;
      const row = this.#createRow(item);
      this.#rows.set(item.id, row);
      this.#items.append(row);
    }
    this.#none.hidden = list.items.length > 0;
  }

  /** Puts the cursor into the field for the next item. */
  focus() {
    this.#input.focus();
  }

  #createHeading() {
    const heading = create("div", "list-heading");
    const name = create("h3", "", this.#list.name);
    name.dir = "auto";
    heading.append(name);
    if (this.#list.id === 0) return heading; // it is not there yet
    const remove = createButton("Delete", "small");
    remove.setAttribute("aria-label", `Delete the list ${this.#list.name}`);
    remove.addEventListener("click", () =>
      askToConfirm(remove, {
        question: `Delete the list ${this.#list.name}?`,
        confirm: "Delete",
        cancel: "Keep",
        act: () => this.#events.remove(this.#list),
      }),
    );
    heading.append(remove);
    return heading;
  }

  #createForm() {
    const form = create("form", "panel-form");
    const label = `Add to ${this.#list.name}`;
    Object.assign(this.#input, {
      autocomplete: "off",
      enterKeyHint: "done",
      maxLength: LONGEST_ITEM,
      placeholder: "Add",
      required: true,
    });
    this.#input.setAttribute("aria-label", label);
    const add = create("button", "small", "Add");
    add.setAttribute("aria-label", label);
    form.append(this.#input, add);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#add();
    });
    return form;
  }

  /** @param {ListItem} item */
  #createRow(item) {
    const text = create("p", "list-item", item.text);
    text.dir = "auto";
    const strike = createButton("Strike off", "small");
    strike.setAttribute("aria-label", `Strike off: ${item.text}`);
    strike.addEventListener("click", () => this.#tried(() => this.#events.strikeOff(item)));
    const row = create("li");
    row.append(text, strike);
    return row;
  }

  async #add() {
    const text = this.#input.value.trim();
    if (!text) return;
    await this.#tried(async () => {
      await this.#events.add(this.#list.name, text);
      this.#input.value = "";
    });
  }

  /** @param {() => Promise<void>} act */
  async #tried(act) {
    this.#problem.textContent = "";
    try {
      await act();
    } catch (error) {
      this.#problem.textContent = errorText(error);
    }
  }

  /**
   * Removes a row. Where it was in use, the focus moves to the row that took its place.
   *
   * @param {number} id
   */
  #drop(id) {
    const row = this.#rows.get(id);
    const focused = row?.contains(document.activeElement);
    const neighbor = row?.nextElementSibling ?? row?.previousElementSibling;
    this.#rows.delete(id);
    row?.remove();
    if (focused) (neighbor?.querySelector("button") ?? this.#input).focus();
  }
}
