// Keeps the newest line in view, unless the reader scrolled back.

const NEAR = 48; // px from the end that still count as the end

export function followEnd(log, button) {
  let following = true;
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  const toEnd = () => {
    following = true;
    button.hidden = true;
    log.scrollTop = log.scrollHeight;
  };
  log.addEventListener("scroll", () => {
    following = atEnd();
    if (following) button.hidden = true;
  });
  button.addEventListener("click", toEnd);
  const changed = () => {
    if (following) toEnd();
    else button.hidden = false;
  };
  new MutationObserver(changed).observe(log, {
    childList: true,
    characterData: true,
    subtree: true,
  });
  new ResizeObserver(() => following && toEnd()).observe(log);
  return toEnd;
}
