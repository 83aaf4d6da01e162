// The status panel: what runs on the server.

import { getStatus } from "../shared/api.js";
import { find } from "../shared/elements.js";
import { Panel } from "../shared/panel.js";
import { errorText } from "../shared/text.js";
import { statusRows } from "./status-rows.js";

export class StatusPanel extends Panel {
  #list;
  #problem;

  /**
   * @param {HTMLElement} element
   * @param {HTMLButtonElement} toggle
   */
  constructor(element, toggle) {
    super(element, toggle);
    this.#list = find(element, "dl", HTMLElement);
    this.#problem = find(element, "[role=status]", HTMLElement);
  }

  /** @override */
  async refresh() {
    let status;
    try {
      status = await getStatus();
    } catch (error) {
      this.#problem.textContent = errorText(error);
      return;
    }
    // Outside of `try`: a bug in showing it must not look as if the agent did not answer.
    this.#list.replaceChildren(...statusRows(status));
    this.#problem.textContent = "";
  }
}
