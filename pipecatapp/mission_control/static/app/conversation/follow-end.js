// Keeps the newest entry in view, unless the reader has scrolled back.

const NEAR_PX = 48; // a distance from the end that still counts as the end

/**
 * @param {HTMLElement} log What scrolls.
 * @param {HTMLButtonElement} button Leads to the end; shown where something new is out of view.
 * @returns {() => void} Scrolls to the end.
 */
export function followEnd(log, button) {
  let following = true;
  const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
  const scrollToEnd = () => {
    following = true;
    button.hidden = true;
    log.scrollTop = log.scrollHeight;
  };
  log.addEventListener("scroll", () => {
    following = isAtEnd();
    if (following) button.hidden = true;
  });
  button.addEventListener("click", scrollToEnd);
  const changed = () => {
    if (following) scrollToEnd();
    else button.hidden = false;
  };
  new MutationObserver(changed).observe(log, {
    childList: true,
    characterData: true,
    subtree: true,
  });
  new ResizeObserver(() => following && scrollToEnd()).observe(log);
  return scrollToEnd;
}
