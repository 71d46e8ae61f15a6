/* The patient's answers with a way to change each: shown below what the bot understood. */

import { button, freshId, make } from "./dom.js";
import { EDIT, WORDS } from "./words.js";

const OWN = new Set([WORDS.why, WORDS.understand, WORDS.startOver]);

/** Questions with the patient's last answer to each: [{id, question, options, answer}]. */
export function answersOf(entries) {
  const answers = new Map();
  let asked = null;
  for (const entry of entries) {
    if (entry.question) asked = entry;
    if (entry.from === "note" || entry.text === WORDS.startOver) answers.clear();
    if (entry.from !== "patient" || !asked || OWN.has(entry.text) || entry.state === "refused") continue;
    if (["booking", "confirm"].includes(asked.question.topic)) continue;
    answers.set(asked.question.id, {
      id: asked.question.id, question: firstLine(asked.text), options: asked.question.options ?? [], answer: entry.text,
    });
  }
  return [...answers.values()];
}

/** The question itself: its list of choices and what the bot said before it are left out. */
function firstLine(text) {
  const line = text.split("\n")[0];
  const asked = line.match(/[^.!?]+\?/g);
  return (asked ? asked.at(-1) : line).trim();
}

/** A list of answers; "Change" opens a small form, which sends the change in words. */
export class AnswerList {
  constructor(answers, say) {
    this.say = say;
    const rows = answers.map((answer) => this.row(answer));
    this.element = make("section", { class: "answers" }, make("h3", {}, EDIT.title),
      rows.length ? make("ul", {}, ...rows) : make("p", {}, EDIT.none));
  }

  row(answer) {
    const change = button(EDIT.change, "link", () => this.open(answer, change, row),
      { "aria-label": EDIT.changeOf(answer.question), "aria-expanded": "false" });
    const row = make("li", {}, make("span", { class: "asked" }, answer.question),
      make("span", { class: "said", dir: "auto" }, answer.answer), change);
    return row;
  }

  open(answer, change, row) {
    if (change.getAttribute("aria-expanded") === "true") return;
    change.setAttribute("aria-expanded", "true");
    const id = freshId("change");
    const input = make("input", { id, value: answer.answer, maxLength: 1000, autocomplete: "off", dir: "auto" });
    const shut = () => {
      form.remove();
      change.setAttribute("aria-expanded", "false");
      change.focus();
    };
    const form = make("form", { noValidate: true, onsubmit: (event) => this.send(event, input, shut) },
      make("label", { htmlFor: id }, EDIT.label), input, this.suggestions(answer, input),
      make("div", { class: "choices" }, make("button", { type: "submit", class: "primary" }, EDIT.save), button(EDIT.cancel, "link", shut)));
    row.append(form);
    input.focus();
    input.select();
  }

  suggestions({ options }, input) {
    const fill = (label) => { input.value = label; input.focus(); };
    return make("div", { class: "choices" }, ...options.map(({ label }) => button(label, "choice", () => fill(label))));
  }

  send(event, input, shut) {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return input.focus();
    shut();
    return this.say.say(EDIT.correction(text));
  }
}
