// A question before something is done, in the place of the button that was pressed.

import { create, createButton } from "./elements.js";
import { errorText } from "./text.js";

/**
 * @typedef {object} Question
 * @property {string} question
 * @property {string} confirm The button that does it.
 * @property {string} [cancel] The other button.
 * @property {boolean} [harmless] Whether it can be undone.
 * @property {() => Promise<void>} act Does it; an Error that it throws is shown in the question.
 */

/**
 * Shows a question in place of a button, and the button again once the question is canceled.
 *
 * @param {HTMLButtonElement} opener
 * @param {Question} question
 */
export function askToConfirm(opener, question) {
  const { element, confirm, cancel, problem } = createQuestion(question);
  const close = () => {
    element.remove();
    opener.hidden = false;
    opener.focus();
  };
  cancel.addEventListener("click", close);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || confirm.disabled) return;
    event.stopPropagation(); // elsewhere it silences the voice
    close();
  });
  confirm.addEventListener("click", async () => {
    confirm.disabled = cancel.disabled = true;
    problem.textContent = "";
    try {
      await question.act();
    } catch (error) {
      problem.textContent = errorText(error);
      confirm.disabled = cancel.disabled = false;
      confirm.focus();
    }
  });
  opener.hidden = true;
  opener.after(element);
  cancel.focus();
}

/** @param {Question} question */
function createQuestion({ question, confirm: yes, cancel: no = "Cancel", harmless = false }) {
  const element = create("div", "question");
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", question);
  const problem = create("p", "problem");
  problem.setAttribute("role", "alert");
  const confirm = createButton(yes, harmless ? "small main" : "small danger");
  const cancel = createButton(no, "small");
  const answers = create("div", "question-answers");
  answers.append(cancel, confirm);
  element.append(create("p", "", question), problem, answers);
  return { element, confirm, cancel, problem };
}
