// The login page. With the token of a link it logs in by itself.

const form = document.querySelector("form");

if (form?.id === "token-form") {
  // The token is in the page by now. In the address bar it might be shared by mistake.
  history.replaceState(null, "", "/login");
  whenVisible(() => form.requestSubmit());
} else if (!document.querySelector(".problem")?.textContent) {
  openIfLoggedIn().catch(() => {});
}

/**
 * Acts once somebody sees the page. Link previews and prefetching browsers open links too, and
 * must not use up the token.
 *
 * @param {() => void} act
 */
function whenVisible(act) {
  const tryToAct = () => {
    if (document.visibilityState !== "visible" || isPrerendering()) return;
    document.removeEventListener("visibilitychange", tryToAct);
    document.removeEventListener("prerenderingchange", tryToAct);
    act();
  };
  document.addEventListener("visibilitychange", tryToAct);
  document.addEventListener("prerenderingchange", tryToAct);
  tryToAct();
}

function isPrerendering() {
  return "prerendering" in document && Boolean(document.prerendering);
}

/** The first request of a link from another site comes without the strict cookie. */
async function openIfLoggedIn() {
  const response = await fetch("/login/session");
  if ((await response.json()).logged_in) location.replace("/");
}
