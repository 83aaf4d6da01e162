// A link preview or a prefetching browser opens a link, too; only a page that somebody sees
// may use the token up.
const form = document.getElementById("token-form");

function whenVisible(action) {
  if (document.visibilityState === "visible" && !document.prerendering) {
    action();
    return;
  }
  const retry = () => {
    if (document.visibilityState === "visible" && !document.prerendering) {
      document.removeEventListener("visibilitychange", retry);
      document.removeEventListener("prerenderingchange", retry);
      action();
    }
  };
  document.addEventListener("visibilitychange", retry);
  document.addEventListener("prerenderingchange", retry);
}

async function openIfLoggedIn() {
  // Following a link from another site leaves the strict cookie out of the first request only.
  const answer = await fetch("/login/session");
  if ((await answer.json()).logged_in) location.replace("/");
}

if (form) {
  // The token is in the page by now; out of the address bar it cannot be shared by mistake.
  history.replaceState(null, "", "/login");
  whenVisible(() => form.requestSubmit());
} else if (!document.querySelector(".problem").textContent) {
  openIfLoggedIn().catch(() => {});
}
