// A list whose rows stay the same elements while they say the same.

export class KeyedList {
  #element;
  #rows = new Map(); // {row, said}, by key
  #make;

  // `make(item)` returns a row.
  constructor(element, make) {
    this.#element = element;
    this.#make = make;
  }

  // Whether somebody is at it: what they are about to press must not move.
  get busy() {
    return (
      this.#element.contains(document.activeElement) || this.#element.querySelector(".question")
    );
  }

  // Shows items, each with a `key` of its own.
  show(items, key) {
    const rows = new Map();
    for (const item of items) {
      const said = JSON.stringify(item);
      const before = this.#rows.get(item[key]);
      rows.set(item[key], before?.said === said ? before : { row: this.#make(item), said });
    }
    this.#rows = rows;
    this.#element.replaceChildren(...[...rows.values()].map(({ row }) => row));
  }

  // Takes a row out and returns the button of the one that is now in its place, if there is one.
  drop(key) {
    const row = this.#rows.get(key)?.row;
    const neighbour = row?.nextElementSibling ?? row?.previousElementSibling;
    this.#rows.delete(key);
    row?.remove();
    return neighbour?.querySelector("button");
  }
}
