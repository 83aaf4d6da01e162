"""Pages for the web browser's tests, and the servers that they are on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

STORY = """<!doctype html><title>The  Garden
News</title><nav><a href=/>Home of nav</a></nav><header>Site</header>
<main><h1>Spring</h1><p>The <b>roses</b> bloom, <a href=/roses>read on</a>.</p>
<ul><li>Tulips<li>Daffodils</ul><h2>Prices</h2><table><tr><td>Rose<td>3</table>
<p style="display:none">hidden-by-display</p><p style="visibility:hidden">hidden-by-visibility</p>
<p hidden>hidden-by-attribute</p><p style="opacity:0">hidden-by-opacity</p>
<p style="position:absolute;left:-9999px">hidden-by-place</p>
<p style="font-size:0">hidden-by-size</p>
<p aria-hidden=true>hidden-by-aria</p><script>"hidden-in-script"</script><style>p{color:red}</style>
<p>The garden of the town is open from nine to five on every day of the week but Monday.</p>
<div id=host></div></main><footer>Imprint</footer>
<script>host.attachShadow({mode: "open"}).innerHTML = "<p>From a component</p>"</script>"""
FORM = """<!doctype html><title>Form</title><main><h1>Form</h1>
<label>Your name <input id=name></label><input placeholder="Find flowers" id=find>
<label>Password <input type=password id=secret></label>
<button onclick="out.textContent = 'Hello ' + document.querySelector('#name').value">
Greet me</button>
<button>Send</button><button>Send</button><button>Log in</button>
<a href=/story target=_blank>Read the story</a><a href=http://127.0.0.2:{elsewhere}/>Leave</a>
<form action=/found><input name=q aria-label=Query></form>
<p id=out>nothing yet</p></main>"""


@dataclass
class Site:
    """A web server on an address that is allowed, and another on one that is not."""

    port: int
    elsewhere: int
    pages: dict[str, str | Handler] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    asked_elsewhere: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{HERE}:{self.port}"

    @property
    def forbidden(self) -> str:
        return f"{ELSEWHERE}:{self.elsewhere}"

    def page(self, text: str | Handler) -> str:
        """Add a page and return its URL."""
        path = f"/page{len(self.pages)}"
        self.pages[path] = text
        return self.url + path


async def serve(address: str, handler: Handler) -> tuple[web.AppRunner, int]:
    """Serve every path of an address, and return what ends that, and the port."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, address, 0).start()
    return runner, runner.addresses[0][1]


def html(text: str, **options: Any) -> web.Response:
    return web.Response(text=text, content_type="text/html", **options)


REACHING = """<!doctype html><main><p id=out></p></main>
<iframe src="http://{it}/frame"></iframe><img src="http://{it}/image">
<link rel=stylesheet href="http://{it}/style"><link rel=preconnect href="http://{it}/">
<script src="http://{it}/script"></script><video src="http://{it}/video"></video>
<script type=module>
const settled = [];
const attempt = (name, promise) => settled.push(promise.then(() => name + " REACHED", () => ""));
const socket = url => new Promise((resolve, reject) => {
  const socket = new WebSocket(url); socket.onopen = resolve; socket.onerror = reject; });
attempt("fetch", fetch("http://{it}/fetch"));
fetch("http://{it}/blind", {mode: "no-cors", method: "POST", body: "x"});
attempt("socket", socket("ws://{it}/socket"));
attempt("source", new Promise((resolve, reject) => { const it = new EventSource("http://{it}/es");
  it.onopen = resolve; it.onerror = reject; }));
attempt("worker", new Promise((resolve, reject) => {
  const code = "fetch('http://{it}/worker').then(() => postMessage(1), () => postMessage(0))";
  new Worker(URL.createObjectURL(new Blob([code]))).onmessage = e => e.data ? resolve() : reject();
}));
navigator.sendBeacon("http://{it}/beacon", "x");
const servers = ["stun:{raw}", "turn:{raw}?transport=tcp", "turn:{raw}?transport=udp"];
const iceServers = servers.map(urls => ({urls, username: "x", credential: "x"}));
const [caller, called] = [1, 2].map(() => new RTCPeerConnection({iceServers}));
const talk = async () => {
  caller.createDataChannel("x");
  await caller.setLocalDescription(await caller.createOffer());
  await called.setRemoteDescription(caller.localDescription);
  await called.setLocalDescription(await called.createAnswer());
  await caller.setRemoteDescription(called.localDescription);
  const [address, port] = "{raw}".split(":");
  for (const way of [`udp 2130706431 ${address} ${port} typ host`,
    `tcp 1518280447 ${address} ${port} typ host tcptype passive`])
    await caller.addIceCandidate({candidate: `candidate:1 1 ${way}`, sdpMid: "0"});
  await new Promise(resolve => setTimeout(resolve, 1500));
};
settled.push(talk().then(() => "", error => " talk failed: " + error));
try { attempt("transport", new WebTransport("https://{raw}/").ready); } catch {}
Promise.all(settled).then(all => { out.textContent = "tried: " + all.join(""); });
</script>"""
