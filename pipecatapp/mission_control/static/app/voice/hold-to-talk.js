// A button that is held to talk, with a pointer or with the space bar.

/** @import { Microphone } from "./microphone.js" */

/**
 * @param {HTMLButtonElement} button
 * @param {Microphone} microphone Is stopped when the button is released.
 * @param {() => void} start
 */
export function bindHold(button, microphone, start) {
  const isHoldMode = () => microphone.mode === "hold";
  button.addEventListener("pointerdown", (event) => {
    if (!isHoldMode() || event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    start();
  });
  // A pointer or a focus that is lost counts as released.
  for (const type of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) {
    button.addEventListener(type, () => isHoldMode() && microphone.stop());
  }
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("keydown", (event) => {
    if (event.key !== " " || !isHoldMode()) return;
    event.preventDefault();
    if (!event.repeat) start();
  });
  button.addEventListener("keyup", (event) => {
    if (event.key !== " " || !isHoldMode()) return;
    event.preventDefault();
    microphone.stop();
  });
}
