// The row of voice controls: microphone, its modes, mute, speaker, stop.

const byId = (id) => document.getElementById(id);

export function bindVoice({ connection, conversation, microphone, player }) {
  const state = { speaking: localStorage.getItem("speaker") !== "off" };
  const mic = byId("mic");

  function stop() {
    player.hold();
    connection.tell("stop");
    conversation.interrupted();
  }

  // The server forgets both when the connection is lost.
  function announce() {
    connection.tell(state.speaking ? "audio-on" : "audio-off");
    connection.tell(microphone.muted ? "mute" : "unmute");
  }

  async function start() {
    if (mic.disabled || !connection.open) return;
    player.unlock();
    if (microphone.mode === "hold" && (player.playing || conversation.answering)) stop();
    try {
      await microphone.start();
    } catch (error) {
      conversation.note(error.message, true);
    }
  }

  function setMuted(muted) {
    microphone.setMuted(muted);
    connection.tell(muted ? "mute" : "unmute");
  }

  function setSpeaking(speaking) {
    state.speaking = speaking;
    localStorage.setItem("speaker", speaking ? "on" : "off");
    player.setEnabled(speaking);
    byId("speaker").setAttribute("aria-pressed", String(speaking));
    connection.tell(speaking ? "audio-on" : "audio-off");
  }

  function showMicrophone() {
    const sending = microphone.live && !microphone.muted;
    mic.dataset.live = String(sending);
    byId("mic-label").textContent = label(microphone);
    byId("mute").setAttribute("aria-pressed", String(microphone.muted));
    if (microphone.mode === "open") mic.setAttribute("aria-pressed", String(microphone.live));
    else mic.removeAttribute("aria-pressed");
  }

  function showLevel(value) {
    byId("level").style.setProperty("--level", value.toFixed(2));
  }

  function setMode(mode) {
    microphone.setMode(mode);
    localStorage.setItem("mode", mode);
    showMicrophone();
  }

  bindHold(mic, microphone, start);
  mic.addEventListener("click", () => {
    if (microphone.mode !== "open") return;
    if (microphone.live) microphone.stop();
    else start();
  });
  byId("modes").addEventListener("change", ({ target }) => setMode(target.value));
  byId("mute").addEventListener("click", () => setMuted(!microphone.muted));
  byId("speaker").addEventListener("click", () => setSpeaking(!state.speaking));
  byId("stop").addEventListener("click", stop);
  microphone.addEventListener("change", showMicrophone);
  microphone.addEventListener("level", ({ detail }) => showLevel(detail));
  microphone.addEventListener("lost", ({ detail }) => conversation.note(detail, true));

  const remembered = document.querySelector(
    `input[name=mode][value=${localStorage.getItem("mode") === "open" ? "open" : "hold"}]`,
  );
  remembered.checked = true;
  setMode(remembered.value);
  setSpeaking(state.speaking);
  if (!window.isSecureContext || !navigator.mediaDevices) {
    byId("insecure").hidden = false;
    for (const id of ["mic", "mute", "modes"]) byId(id).disabled = true;
  }

  return {
    stop,
    announce,
    get speaking() {
      return state.speaking;
    },
  };
}

// Pressed by a pointer or by the space bar; a lost pointer or focus counts as letting go.
function bindHold(mic, microphone, start) {
  const held = () => microphone.mode === "hold";
  mic.addEventListener("pointerdown", (event) => {
    if (!held() || event.button !== 0) return;
    mic.setPointerCapture(event.pointerId);
    start();
  });
  for (const type of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) {
    mic.addEventListener(type, () => held() && microphone.stop());
  }
  mic.addEventListener("contextmenu", (event) => event.preventDefault());
  mic.addEventListener("keydown", (event) => {
    if (event.key !== " " || !held()) return;
    event.preventDefault();
    if (!event.repeat) start();
  });
  mic.addEventListener("keyup", (event) => {
    if (event.key !== " " || !held()) return;
    event.preventDefault();
    microphone.stop();
  });
}

function label(microphone) {
  if (microphone.muted) return "Muted";
  if (microphone.mode === "hold") return microphone.live ? "Listening" : "Hold to talk";
  return microphone.live ? "Listening" : "Listen";
}
