// Mission Control's page: puts the parts together.

import { Approvals } from "./approvals.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { MemoryPanel } from "./memory-panel.js";
import { Microphone } from "./microphone.js";
import { Player } from "./player.js";
import { followEnd } from "./scroll.js";
import { StatusPanel } from "./status.js";
import { bindVoice } from "./voice.js";

const SAMPLE_RATE = 16000;
const WIDE = "(width >= 60rem)";
const byId = (id) => document.getElementById(id);

const connection = new Connection(SAMPLE_RATE);
const conversation = new Conversation(byId("log"), byId("empty"));
const approvals = new Approvals(byId("approvals"), byId("approval-alert"), (line) =>
  conversation.remark(line),
);
const player = new Player();
const microphone = new Microphone(SAMPLE_RATE, (pcm) => connection.sendAudio(pcm));
const toEnd = followEnd(byId("log"), byId("to-end"));
const text = byId("text");

const voice = bindVoice({ connection, conversation, microphone, player });

function updateButtons() {
  byId("send").disabled = !connection.open || !text.value.trim();
  byId("stop").disabled = !(player.playing || conversation.answering);
}

function submit() {
  const content = text.value.trim();
  if (!content) return;
  const id = connection.send("send-text", {
    content,
    options: { run_immediately: true, audio_response: voice.speaking },
  });
  if (id === null) return; // the text stays in the box until the connection is back
  player.flush();
  conversation.typed(id, content);
  text.value = "";
  toEnd();
  updateButtons();
}

async function loadHistory() {
  const answer = await fetch("/api/history");
  if (answer.ok) conversation.load(await answer.json());
}

async function catchUp() {
  try {
    await loadHistory();
    await approvals.refresh();
  } catch (error) {
    // Where the connection is lost again, this is done again.
    if (connection.open) conversation.note(error.message, true);
  } finally {
    updateButtons();
  }
}

async function logOut() {
  microphone.stop();
  connection.end();
  await fetch("/api/logout", { method: "POST" });
  location.assign("/login");
}

const reactions = {
  "bot-interrupted": () => {
    player.flush();
    player.release();
  },
  "bot-llm-started": () => player.release(),
  "server-message": (data) => {
    if (data.kind === "session") player.configure(data.output_sample_rate);
    if (data.kind === "history") catchUp();
    approvals.handle(data);
  },
};

connection.addEventListener("message", ({ detail }) => {
  reactions[detail.type]?.(detail.data ?? {});
  conversation.handle(detail);
  updateButtons();
});
connection.addEventListener("audio", ({ detail }) => player.enqueue(detail));
connection.addEventListener("state", ({ detail: { state, text: words } }) => {
  byId("link").dataset.state = state;
  byId("link-text").textContent = words;
  if (state === "open") {
    player.release();
    voice.announce();
    catchUp();
  } else {
    player.flush();
    conversation.interrupted();
  }
  updateButtons();
});
player.addEventListener("change", updateButtons);

text.addEventListener("input", updateButtons);
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
byId("logout").addEventListener("click", logOut);
addEventListener("pointerdown", () => player.unlock());
addEventListener("keydown", (event) => {
  player.unlock();
  if (event.key === "Escape") voice.stop();
});

// On a phone the focus would open the keyboard over the conversation.
if (matchMedia("(pointer: fine)").matches) text.focus();
const status = new StatusPanel(byId("status"), byId("status-toggle"));
new MemoryPanel(byId("memory"), byId("memory-toggle"), catchUp);
status.show(matchMedia(WIDE).matches);
updateButtons();
connection.connect();
