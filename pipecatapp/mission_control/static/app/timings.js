// What an answer took, in one small line.

const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

export function describe(timings) {
  const parts = [];
  const add = (value, text, help) => {
    if (Number.isFinite(value)) parts.push({ text, help });
  };
  const { first_audio_ms: audio, total_ms: total, stt_ms: stt, ttft_ms: ttft } = timings;
  add(audio, `first audio ${seconds(audio)}`, "From the end of your words to the first sound");
  if (!Number.isFinite(audio)) add(total, `${seconds(total)} in all`, "Until the answer was whole");
  add(stt, `heard in ${seconds(stt)}`, "Speech to text");
  add(ttft, `first word ${seconds(ttft)}`, "Time to the model's first token");
  const speed = timings.tokens_per_s;
  add(speed, `${Math.round(speed)} tokens/s`, "Speed of the model");
  const cached = (100 * timings.cached_tokens) / timings.prompt_tokens;
  add(cached, `${Math.round(cached)} % cached`, "Part of the prompt that was already in memory");
  return parts;
}

export function timingsList(timings) {
  const list = document.createElement("ul");
  list.className = "foot";
  for (const { text, help } of describe(timings)) {
    const item = document.createElement("li");
    item.textContent = text;
    item.title = help;
    list.append(item);
  }
  return list;
}
