// The box for typed messages.

import { find } from "../shared/elements.js";

export class Composer {
  #text;
  #send;
  #connected = false;

  /**
   * @param {HTMLFormElement} form
   * @param {(text: string) => boolean} submit Returns whether the message was sent: otherwise it
   *   stays in the box.
   * @param {() => void} onSent Called once the box is empty, and its height is final.
   */
  constructor(form, submit, onSent) {
    this.#text = find(form, "textarea", HTMLTextAreaElement);
    this.#send = find(form, "button", HTMLButtonElement);
    const trySubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      const text = this.#text.value.trim();
      if (!text || !submit(text)) return;
      this.#text.value = "";
      this.#update();
      onSent();
    };
    form.addEventListener("submit", trySubmit);
    this.#text.addEventListener("input", () => this.#update());
    this.#text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) trySubmit(event);
    });
    this.#update();
  }

  /** @param {boolean} connected Whether a message can be sent. */
  setConnected(connected) {
    this.#connected = connected;
    this.#update();
  }

  /** Moves the focus here, except on a phone, whose keyboard would cover the conversation. */
  focus() {
    if (matchMedia("(pointer: fine)").matches) this.#text.focus();
  }

  #update() {
    this.#send.disabled = !this.#connected || !this.#text.value.trim();
  }
}
