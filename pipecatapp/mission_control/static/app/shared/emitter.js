// Events that each carry one value.

/**
 * @template Events The type of each event's value, by the event's name.
 */
export class Emitter extends EventTarget {
  /**
   * @template {keyof Events & string} Name
   * @param {Name} name
   * @param {(value: Events[Name]) => void} listener
   */
  on(name, listener) {
    this.addEventListener(name, (event) =>
      listener(/** @type {CustomEvent<Events[Name]>} */ (event).detail),
    );
  }

  /**
   * @template {keyof Events & string} Name
   * @param {Name} name
   * @param {Events[Name]} value
   */
  emit(name, value) {
    this.dispatchEvent(new CustomEvent(name, { detail: value }));
  }
}
