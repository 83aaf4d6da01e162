// One line of the conversation, as it is shown.

import { timingsList } from "./timings.js";

const NAMES = { user: "You", assistant: "Twin" };
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

export class Entry {
  #words;

  constructor(role, { text = "", at = null, kind = role } = {}) {
    this.role = role;
    this.text = text;
    this.element = document.createElement("article");
    this.element.className = `entry ${kind}`;
    if (NAMES[role]) this.element.append(heading(NAMES[role], at));
    this.#words = document.createElement("p");
    this.#words.className = "words";
    this.#words.textContent = text;
    this.element.append(this.#words);
  }

  setText(text, interim = "") {
    this.text = text;
    this.#words.textContent = text;
    if (!interim) return;
    const part = document.createElement("span");
    part.className = "interim";
    part.textContent = text ? ` ${interim}` : interim;
    this.#words.append(part);
  }

  append(text) {
    this.setText(this.text ? this.text + text : text.trimStart());
  }

  mark(name, on) {
    this.element.classList.toggle(name, on);
  }

  is(name) {
    return this.element.classList.contains(name);
  }

  setTimings(timings) {
    const list = timingsList(timings);
    if (this.is("interrupted")) list.prepend(remark("interrupted"));
    this.#foot(list);
  }

  interrupt() {
    if (this.is("interrupted")) return;
    this.mark("interrupted", true);
    const foot = this.element.querySelector(".foot") ?? timingsList({});
    foot.prepend(remark("interrupted"));
    this.#foot(foot);
  }

  remove() {
    this.element.remove();
  }

  #foot(list) {
    this.element.querySelector(".foot")?.remove();
    this.element.append(list);
  }
}

function heading(name, at) {
  const who = document.createElement("p");
  who.className = "who";
  const label = document.createElement("b");
  label.textContent = name;
  const time = document.createElement("time");
  const date = at ? new Date(at) : new Date();
  if (!Number.isNaN(date.getTime())) {
    time.dateTime = date.toISOString();
    time.textContent = clock.format(date);
  }
  who.append(label, time);
  return who;
}

function remark(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}
