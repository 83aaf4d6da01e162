// A panel beside the conversation, one at a time, opened by a button of the bar.

const EVERY_MS = 10000;

export class Panel {
  static #all = new Set();
  #element;
  #toggle;

  constructor(element, toggle) {
    this.#element = element;
    this.#toggle = toggle;
    Panel.#all.add(this);
    toggle.addEventListener("click", () => this.show(!this.shown));
    setInterval(() => this.refreshIfSeen(), EVERY_MS);
  }

  get shown() {
    return !this.#element.hidden;
  }

  show(shown) {
    if (shown) for (const other of Panel.#all) if (other !== this) other.show(false);
    this.#element.hidden = !shown;
    this.#toggle.setAttribute("aria-expanded", String(shown));
    this.refreshIfSeen();
  }

  refreshIfSeen() {
    if (this.shown && document.visibilityState === "visible") this.refresh();
  }

  // Brings up to date what is shown.
  async refresh() {}
}
