// The snapshots in the memory panel: saved under a name, loaded and deleted.

/** @import { Snapshot } from "../wire.js" */
/** @import { Question } from "../shared/confirmation.js" */
import { deleteSnapshot, getSnapshots, loadSnapshot, saveSnapshot } from "../shared/api.js";
import { askToConfirm } from "../shared/confirmation.js";
import { create, createButton, find } from "../shared/elements.js";
import { KeyedList } from "../shared/keyed-list.js";
import { errorText, plural } from "../shared/text.js";

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/**
 * @typedef {object} SnapshotsEvents
 * @property {(text: string) => void} report Tells the user what was done.
 * @property {() => void} onLoaded Called once a snapshot is loaded.
 */

export class Snapshots {
  #panel;
  #events;
  #name;
  #problem;
  #none;
  /** @type {KeyedList<Snapshot>} */
  #list;

  /**
   * @param {HTMLElement} panel The memory panel.
   * @param {SnapshotsEvents} events
   */
  constructor(panel, events) {
    this.#panel = panel;
    this.#events = events;
    this.#name = find(panel, "[data-part=name]", HTMLInputElement);
    this.#problem = find(panel, "[data-part=snapshot-problem]", HTMLElement);
    this.#none = find(panel, "[data-part=no-snapshots]", HTMLElement);
    const list = find(panel, "[data-part=snapshots]", HTMLElement);
    this.#list = new KeyedList(list, "name", (snapshot) => this.#createRow(snapshot));
    find(panel, "[data-part=save]", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
  }

  /** Whether somebody is using the list. */
  get busy() {
    return this.#list.busy;
  }

  async refresh() {
    try {
      const snapshots = await getSnapshots();
      if (!this.busy) this.#list.show(snapshots);
      this.#none.hidden = snapshots.length > 0;
    } catch (error) {
      this.#problem.textContent = errorText(error);
    }
  }

  async #save() {
    const name = this.#name.value.trim();
    this.#problem.textContent = "";
    try {
      await saveSnapshot(name);
      this.#name.value = "";
      this.#events.report(`Saved ${name}.`);
      await this.refresh();
    } catch (error) {
      this.#problem.textContent = errorText(error);
    }
  }

  /** @param {Snapshot} snapshot */
  #createRow({ name, at, facts, turns }) {
    const size = `${plural(facts, "fact")}, ${plural(turns, "turn")}`;
    const about = `${moment.format(new Date(at))} · ${size}`;
    const buttons = create("div", "row-buttons");
    buttons.append(
      confirmedButton(name, {
        confirm: "Load",
        question: `Load ${name}? What is remembered now is kept as a snapshot.`,
        harmless: true,
        act: () => this.#load(name),
      }),
      confirmedButton(name, {
        confirm: "Delete",
        question: `Delete ${name}? Facts that only it holds are deleted too.`,
        act: () => this.#delete(name),
      }),
    );
    const row = create("li", "snapshot");
    row.append(create("p", "snapshot-name", name), create("p", "muted", about), buttons);
    return row;
  }

  /** @param {string} name */
  async #load(name) {
    const { kept } = await loadSnapshot(name);
    this.#events.report(`Loaded ${name}. What was remembered before is kept as ${kept}.`);
    this.#panel.focus();
    this.#list.show([]); // no row is valid any more
    this.#events.onLoaded();
  }

  /** @param {string} name */
  async #delete(name) {
    await deleteSnapshot(name);
    this.#events.report(`Deleted ${name}.`);
    (this.#list.drop(name) ?? this.#panel).focus();
    await this.refresh();
  }
}

/**
 * @param {string} name Of the snapshot.
 * @param {Question} question
 */
function confirmedButton(name, question) {
  const button = createButton(question.confirm, "small");
  button.setAttribute("aria-label", `${question.confirm} ${name}`);
  button.addEventListener("click", () => askToConfirm(button, question));
  return button;
}
