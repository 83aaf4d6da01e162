// The snapshots in the memory panel: saved under a name, loaded, deleted.

import { ask } from "./api.js";
import { button, made, plural } from "./elements.js";
import { KeyedList } from "./keyed-list.js";
import { askFirst } from "./question.js";

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export class Snapshots {
  #panel;
  #name;
  #problem;
  #none;
  #list;
  #say;
  #loaded;

  // `say(line)` tells what was done; `loaded()` is called once another memory holds.
  constructor(panel, say, loaded) {
    this.#panel = panel;
    this.#say = say;
    this.#loaded = loaded;
    this.#name = panel.querySelector("[data-part=name]");
    this.#problem = panel.querySelector("[data-part=snapshot-problem]");
    this.#none = panel.querySelector("[data-part=no-snapshots]");
    this.#list = new KeyedList(panel.querySelector("[data-part=snapshots]"), (item) =>
      this.#row(item),
    );
    panel.querySelector("[data-part=save]").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
  }

  get busy() {
    return this.#list.busy;
  }

  async refresh() {
    try {
      const snapshots = await ask("GET", "/api/state");
      if (!this.busy) this.#list.show(snapshots, "name");
      this.#none.hidden = snapshots.length > 0;
    } catch (error) {
      this.#problem.textContent = error.message;
    }
  }

  async #save() {
    const name = this.#name.value.trim();
    this.#problem.textContent = "";
    try {
      await ask("POST", "/api/state", { name });
      this.#name.value = "";
      this.#say(`Saved ${name}.`);
      await this.refresh();
    } catch (error) {
      this.#problem.textContent = error.message;
    }
  }

  #row({ name, at, facts, turns }) {
    const row = made("li", "snapshot");
    const about = `${moment.format(new Date(at))} · ${plural(facts, "fact")}, ${plural(turns, "turn")}`;
    const buttons = made("div", "row-buttons");
    buttons.append(
      this.#opener("Load", name, {
        question: `Load ${name}? What is remembered now is kept as a snapshot.`,
        harmless: true,
        act: () => this.#load(name),
      }),
      this.#opener("Delete", name, {
        question: `Delete ${name}? Facts that only it holds go with it.`,
        act: () => this.#delete(name),
      }),
    );
    row.append(made("p", "snapshot-name", name), made("p", "muted", about), buttons);
    return row;
  }

  #opener(words, name, asked) {
    const opener = button(words, "small");
    opener.setAttribute("aria-label", `${words} ${name}`);
    opener.addEventListener("click", () => askFirst(opener, { yes: words, ...asked }));
    return opener;
  }

  async #load(name) {
    const { kept } = await ask("POST", `/api/state/${encodeURIComponent(name)}/load`);
    this.#say(`Loaded ${name}. What was remembered before is kept as ${kept}.`);
    this.#panel.focus();
    this.#list.show([], "name"); // its rows are all others now
    this.#loaded();
  }

  async #delete(name) {
    await ask("DELETE", `/api/state/${encodeURIComponent(name)}`);
    this.#say(`Deleted ${name}.`);
    (this.#list.drop(name) ?? this.#panel).focus();
    await this.refresh();
  }
}
