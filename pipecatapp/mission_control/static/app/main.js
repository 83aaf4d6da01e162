// Mission Control's page: creates its parts and connects them.

import { Approvals } from "./approvals/approvals.js";
import { Composer } from "./composer/composer.js";
import { Conversation } from "./conversation/conversation.js";
import { followEnd } from "./conversation/follow-end.js";
import { Transcript } from "./conversation/transcript.js";
import { ListsPanel } from "./lists/lists-panel.js";
import { MemoryPanel } from "./memory/memory-panel.js";
import { Schedule } from "./schedule/schedule.js";
import { getHistory, logOut } from "./shared/api.js";
import { Connection } from "./shared/connection.js";
import { byId } from "./shared/elements.js";
import { errorText } from "./shared/text.js";
import { StatusPanel } from "./status/status-panel.js";
import { Microphone } from "./voice/microphone.js";
import { Player } from "./voice/player.js";
import { VoiceControls } from "./voice/voice-controls.js";

/** @import { ServerMessage } from "./wire.js" */

const SAMPLE_RATE = 16000;
const WIDE = "(width >= 60rem)";

const log = byId("log", HTMLElement);
const transcript = new Transcript(log, byId("empty", HTMLElement));
const scrollToEnd = followEnd(log, byId("to-end", HTMLButtonElement));
const connection = new Connection(SAMPLE_RATE);
const conversation = new Conversation(transcript);
const player = new Player();
const microphone = new Microphone(SAMPLE_RATE, (pcm) => connection.sendAudio(pcm));
const voice = new VoiceControls({ connection, conversation, transcript, microphone, player });
const composer = new Composer(byId("composer", HTMLFormElement), sendText, scrollToEnd);
const approvals = new Approvals({
  place: byId("approvals", HTMLElement),
  alert: byId("approval-alert", HTMLElement),
  addRemark: (text) => transcript.addRemark(text),
  moveFocus: () => composer.focus(),
});
const schedule = new Schedule({
  place: byId("schedule", HTMLElement),
  isBusy: () => player.playing,
  addProblem: (text) => transcript.addProblem(text),
});

/** @param {string} content */
function sendText(content) {
  const options = { run_immediately: true, audio_response: voice.speaking };
  const id = connection.send("send-text", { content, options });
  if (id === null) return false;
  player.flush();
  conversation.addTyped(id, content);
  return true;
}

/** Shows what happened while this page was not connected. */
async function catchUp() {
  try {
    conversation.load(await getHistory());
    await approvals.refresh();
    await schedule.refresh();
  } catch (error) {
    // Where the connection is lost again, this is done again.
    if (connection.open) transcript.addProblem(errorText(error));
  } finally {
    voice.update();
  }
}

/** @param {ServerMessage} message */
function handleServerMessage(message) {
  if (message.kind === "session") player.configure(message.output_sample_rate);
  if (message.kind === "history") catchUp();
  if (message.kind === "lists") listsPanel.changed();
  approvals.handle(message);
  schedule.handle(message);
}

connection.on("frame", (frame) => {
  if (frame.type === "bot-interrupted") player.flush();
  if (frame.type === "bot-interrupted" || frame.type === "bot-llm-started") player.release();
  if (frame.type === "user-started-speaking") schedule.hush();
  if (frame.type === "server-message") handleServerMessage(frame.data);
  conversation.handle(frame);
  voice.update();
});
connection.on("audio", (pcm) => player.enqueue(pcm));
connection.on("state", ({ state, text }) => {
  byId("link", HTMLElement).dataset.state = state;
  byId("link-text", HTMLElement).textContent = text;
  composer.setConnected(state === "open");
  if (state === "open") {
    player.release();
    voice.announce();
    catchUp();
  } else {
    player.flush();
    conversation.interrupt();
    schedule.disconnected();
  }
  voice.update();
});
player.on("change", () => voice.update());

byId("logout", HTMLButtonElement).addEventListener("click", async () => {
  microphone.stop();
  connection.end();
  await logOut();
  location.assign("/login");
});
function unlockAudio() {
  player.unlock();
  schedule.unlock();
}
addEventListener("pointerdown", unlockAudio);
addEventListener("keydown", (event) => {
  unlockAudio();
  if (event.key === "Escape") voice.stop();
});

composer.focus();
const statusPanel = new StatusPanel(
  byId("status", HTMLElement),
  byId("status-toggle", HTMLButtonElement),
);
const listsPanel = new ListsPanel(
  byId("lists", HTMLElement),
  byId("lists-toggle", HTMLButtonElement),
);
new MemoryPanel(byId("memory", HTMLElement), byId("memory-toggle", HTMLButtonElement), catchUp);
statusPanel.show(matchMedia(WIDE).matches);
connection.connect();
