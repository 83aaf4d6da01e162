// A list on the page whose rows stay the same elements while their items stay the same.

/** @typedef {{ row: HTMLElement, content: string }} Row `content` is the item, as JSON. */

/** @template Item */
export class KeyedList {
  #element;
  #key;
  #createRow;
  /** @type {Map<Item[keyof Item], Row>} */
  #rows = new Map();

  /**
   * @param {HTMLElement} element
   * @param {keyof Item} key The field that tells items apart.
   * @param {(item: Item) => HTMLElement} createRow
   */
  constructor(element, key, createRow) {
    this.#element = element;
    this.#key = key;
    this.#createRow = createRow;
  }

  /** Whether somebody is using a row: what they are about to press must not move. */
  get busy() {
    return (
      this.#element.contains(document.activeElement) ||
      this.#element.querySelector(".question") !== null
    );
  }

  /** @param {Item[]} items */
  show(items) {
    /** @type {Map<Item[keyof Item], Row>} */
    const rows = new Map();
    for (const item of items) {
      const key = item[this.#key];
      const content = JSON.stringify(item);
      const before = this.#rows.get(key);
      const row = before?.content === content ? before.row : this.#createRow(item);
      rows.set(key, { row, content });
    }
    this.#rows = rows;
    this.#element.replaceChildren(...[...rows.values()].map(({ row }) => row));
  }

  /**
   * Removes a row.
   *
   * @param {Item[keyof Item]} key
   * @returns {HTMLButtonElement | null} The first button of the row that took its place.
   */
  drop(key) {
    const row = this.#rows.get(key)?.row;
    const neighbor = row?.nextElementSibling ?? row?.previousElementSibling;
    this.#rows.delete(key);
    row?.remove();
    return neighbor?.querySelector("button") ?? null;
  }
}
