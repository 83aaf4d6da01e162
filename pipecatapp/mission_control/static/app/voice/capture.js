// Opens the microphone and delivers what it hears in chunks, through the audio worklet.

/** @import { Chunk } from "./capture-worklet.js" */

const WORKLET = "/static/app/voice/capture-worklet.js";
const AUDIO = {
  channelCount: 1,
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

/**
 * @typedef {object} Capture
 * @property {number} rate Of the chunks' samples, in Hz.
 * @property {AbortSignal} signal Closes the microphone, at any time.
 * @property {(pcm: ArrayBuffer, rms: number) => void} onChunk Called every 20 ms with 16-bit mono
 *   samples and their level, from 0 to 1.
 * @property {() => void} onEnded Called when the microphone goes.
 */

/**
 * @param {Capture} capture
 * @throws {DOMException} The browser does not give access to a microphone.
 */
export async function openCapture({ rate, signal, onChunk, onEnded }) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: AUDIO });
  const context = new AudioContext({ latencyHint: "interactive" });
  const release = () => {
    for (const track of stream.getTracks()) track.stop();
    context.close();
  };
  // It may have been closed while the browser was still asking for permission.
  if (signal.aborted) {
    release();
    return;
  }
  signal.addEventListener("abort", release);
  for (const track of stream.getTracks()) track.addEventListener("ended", onEnded);
  await context.audioWorklet.addModule(WORKLET);
  if (signal.aborted) return;
  const node = new AudioWorkletNode(context, "capture", {
    numberOfOutputs: 0,
    processorOptions: { outputRate: rate },
  });
  node.port.onmessage = (/** @type {MessageEvent<Chunk>} */ { data }) =>
    onChunk(data.pcm, data.rms);
  context.createMediaStreamSource(stream).connect(node);
  await context.resume();
}
