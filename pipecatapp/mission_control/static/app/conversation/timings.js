// The figures of an answer, in one small line below it.

/** @import { Timings } from "../wire.js" */
import { create } from "../shared/elements.js";

/** @param {number} ms */
const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

/**
 * Returns a list of the figures that are known; their tooltips explain them.
 *
 * @param {Timings} timings
 */
export function timingsList(timings) {
  const list = create("ul", "foot");
  for (const { text, help } of describe(timings)) {
    const item = create("li", "", text);
    item.title = help;
    list.append(item);
  }
  return list;
}

/** @param {Timings} timings */
function describe(timings) {
  const { first_audio_ms: audio, total_ms: total, stt_ms: stt, ttft_ms: ttft } = timings;
  const { tokens_per_s: speed, prompt_tokens: prompt, cached_tokens: cached } = timings;
  /** @type {{ text: string, help: string }[]} */
  const parts = [];
  if (isKnown(audio)) {
    const help = "From the end of your words to the first sound";
    parts.push({ text: `first audio ${seconds(audio)}`, help });
  } else if (isKnown(total)) {
    parts.push({ text: `${seconds(total)} in total`, help: "Until the answer was complete" });
  }
  if (isKnown(stt)) parts.push({ text: `heard in ${seconds(stt)}`, help: "Speech to text" });
  if (isKnown(ttft)) {
    parts.push({ text: `first word ${seconds(ttft)}`, help: "Time to the model's first token" });
  }
  if (isKnown(speed)) {
    parts.push({ text: `${Math.round(speed)} tokens/s`, help: "Speed of the model" });
  }
  if (isKnown(cached) && prompt) {
    const help = "Part of the prompt that was already in memory";
    parts.push({ text: `${Math.round((100 * cached) / prompt)} % cached`, help });
  }
  return parts;
}

/**
 * @param {number | null | undefined} figure
 * @returns {figure is number}
 */
function isKnown(figure) {
  return Number.isFinite(figure);
}
