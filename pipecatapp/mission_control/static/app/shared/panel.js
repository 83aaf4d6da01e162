// A panel beside the conversation. A button of the bar opens it, and one panel is open at a time.

const REFRESH_MS = 10000;

export class Panel {
  /** @type {Set<Panel>} */
  static #all = new Set();
  #element;
  #toggle;

  /**
   * @param {HTMLElement} element
   * @param {HTMLButtonElement} toggle
   */
  constructor(element, toggle) {
    this.#element = element;
    this.#toggle = toggle;
    Panel.#all.add(this);
    toggle.addEventListener("click", () => this.show(!this.shown));
    setInterval(() => this.#refreshIfVisible(), REFRESH_MS);
  }

  get shown() {
    return !this.#element.hidden;
  }

  /** @param {boolean} shown */
  show(shown) {
    if (shown) for (const other of Panel.#all) if (other !== this) other.show(false);
    this.#element.hidden = !shown;
    this.#toggle.setAttribute("aria-expanded", String(shown));
    this.#refreshIfVisible();
  }

  /**
   * Fetches and shows what is new; each panel has its own way.
   *
   * @returns {Promise<void>}
   */
  async refresh() {}

  #refreshIfVisible() {
    if (this.shown && document.visibilityState === "visible") this.refresh();
  }
}
