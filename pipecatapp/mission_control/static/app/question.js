// A question that is asked where the button was that needs an answer first.

import { button, made } from "./elements.js";

// Puts the question in the button's place, and puts the button back once it is answered.
// `act` does what was said yes to; while it works, nothing can be pressed twice. An Error of it is
// shown in the question. What is `harmless` can be undone.
export function askFirst(opener, { question, yes, no = "Cancel", harmless = false, act }) {
  const asked = made("div", "question");
  const words = made("p", "", question);
  const problem = made("p", "problem");
  const answers = made("div", "question-answers");
  const confirm = button(yes, harmless ? "small main" : "small danger");
  const cancel = button(no, "small");
  asked.setAttribute("role", "group");
  asked.setAttribute("aria-label", question);
  problem.setAttribute("role", "alert");
  answers.append(cancel, confirm);
  asked.append(words, problem, answers);

  const close = () => {
    asked.remove();
    opener.hidden = false;
    opener.focus();
  };
  cancel.addEventListener("click", close);
  asked.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || confirm.disabled) return;
    event.stopPropagation(); // elsewhere it silences the voice
    close();
  });
  confirm.addEventListener("click", async () => {
    confirm.disabled = cancel.disabled = true;
    problem.textContent = "";
    try {
      await act();
    } catch (error) {
      problem.textContent = error.message;
      confirm.disabled = cancel.disabled = false;
      confirm.focus();
    }
  });

  opener.hidden = true;
  opener.after(asked);
  cancel.focus();
}
