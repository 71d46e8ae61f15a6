/* Ways to answer a question: buttons, a list to tick, a scale. Each is an `Answering`. */

import { BodyMap } from "./bodymap.js";
import { button, freshId, make, unseen } from "./dom.js";
import { WORDS } from "./words.js";

const ANSWER = "/answer";
const RANGE = /^(.*) \((\d+)(?:\s*[-–]\s*(\d+))?\)$/;

/* An Answering is {element, close(said)}: close leaves the choices to be seen, with what was
   said marked, and nothing more to press. */

/** The way to answer that fits a question's kind; null when free text is all there is. */
export function answering(entry, say) {
  const options = (entry.question?.options ?? []).filter((option) => option.payload);
  const scale = entry.question?.topic === "severity" && scaleOf(options);
  if (scale) return new Scale(scale, options, say);
  const several = ["multiple", "body_map"].includes(entry.question?.kind) ? options.filter(isTick) : [];
  const shown = entry.buttons?.length ? entry.buttons : options;
  const single = shown.filter((one) => !several.some((tick) => tick.payload === one.payload));
  if (several.length && entry.question.kind === "body_map") return new BodyMap(several, single, say);
  if (several.length) return new Ticks(several, single, say);
  return single.length ? new Buttons(single, say) : null;
}

const isTick = ({ payload }) => payload.startsWith(`${ANSWER}{`) && !("reply" in values(payload));
const values = (payload) => JSON.parse(payload.slice(ANSWER.length));

/** Several options as one payload: their values gathered under each kind. */
export function joined(options) {
  const all = {};
  for (const { payload } of options) {
    for (const [kind, value] of Object.entries(values(payload))) {
      all[kind] = [...new Set([...(all[kind] ?? []), ...[value].flat()])];
    }
  }
  return `${ANSWER}${JSON.stringify(all)}`;
}

export const labels = (options) => options.map((option) => option.label).join(", ");

/** What stays of choices after an answer: all of them, with the chosen ones marked. */
export function settled(options, said) {
  const chosen = said.split(/, | and /).map((part) => part.trim().toLowerCase());
  const whole = said.trim().toLowerCase();
  const items = options.map(({ label }) => {
    const mark = whole === label.toLowerCase() || chosen.includes(label.toLowerCase());
    return make("li", mark ? { class: "chosen" } : {}, ...(mark ? [unseen(WORDS.chosen)] : []), label);
  });
  return make("ul", { class: "settled", "aria-label": WORDS.choices }, ...items);
}

/** Replaces the choices by what stays of them, and keeps the keyboard's place if it was there. */
export function settle(element, options, said) {
  const focused = element.contains(element.getRootNode().activeElement);
  const rest = settled(options, said);
  element.replaceChildren(rest);
  if (!focused) return;
  rest.tabIndex = -1;
  rest.focus({ preventScroll: true });
}

/** One press is the answer. */
export class Buttons {
  constructor(options, say) {
    this.options = options;
    const press = ({ payload, label }) => say.choose(payload, label);
    this.element = make("div", { class: "choices", role: "group", "aria-label": WORDS.choices },
      ...options.map((option) => button(option.label, "choice", () => press(option))));
  }

  close(said) { settle(this.element, this.options, said); }
}

/** Tick all that fit, then confirm; or one press for "none of these". */
export class Ticks {
  constructor(options, single, say) {
    this.options = [...options, ...single];
    this.boxes = options.map((option) => ({ option, box: make("input", { type: "checkbox" }) }));
    this.confirm = button(WORDS.confirm, "primary", () => this.send(say), { disabled: true });
    const press = ({ payload, label }) => say.choose(payload, label);
    const rows = this.boxes.map(({ option, box }) => make("label", { class: "tick" }, box, option.label));
    this.element = make("fieldset", { class: "ticks", onchange: () => this.update() },
      make("legend", {}, WORDS.several), make("div", { class: "grid" }, ...rows),
      make("div", { class: "choices" }, this.confirm,
        ...single.map((option) => button(option.label, "choice", () => press(option)))));
  }

  get chosen() { return this.boxes.filter(({ box }) => box.checked).map(({ option }) => option); }

  update() { this.confirm.disabled = !this.chosen.length; }

  send(say) { say.choose(joined(this.chosen), labels(this.chosen)); }

  close(said) { settle(this.element, this.options, said); }
}

/** Rows of a labelled scale such as "Mild (0-3)"; null unless every option is a range. */
export function scaleOf(options) {
  const found = options.map((option) => RANGE.exec(option.label));
  if (!found.length || !found.every(Boolean)) return null;
  return found.map(([, word, from, to]) => ({ word, from: Number(from), to: Number(to ?? from) }));
}

/** Numbers in labelled rows; pressing one is the answer. */
export class Scale {
  constructor(rows, options, say) {
    const most = rows.at(-1).to;
    this.options = rows.map(({ word }, i) => ({ label: options[i].label, word }));
    this.rows = rows;
    const number = (n, word) => button(String(n), "choice number", () => say.say(`${n} out of ${most}`),
      { "aria-label": `${n} of ${most}, ${word}` });
    this.element = make("div", { class: "scale", role: "group", "aria-label": WORDS.choices },
      ...rows.map(({ word, from, to }, i) => this.row(word, i, [...steps(from, to)].map((n) => number(n, word)))));
  }

  row(word, i, numbers) {
    const id = freshId("scale");
    return make("div", { class: `row level-${i}`, role: "group", "aria-labelledby": id },
      make("span", { class: "word", id }, word), make("span", { class: "numbers" }, ...numbers));
  }

  close(said) {
    const n = Number(/\d+/.exec(said)?.[0] ?? NaN);
    const row = this.rows.findIndex(({ from, to }) => n >= from && n <= to);
    settle(this.element, this.options, row < 0 ? said : this.options[row].label);
  }
}

function* steps(from, to) {
  for (let n = from; n <= to; n += 1) yield n;
}
