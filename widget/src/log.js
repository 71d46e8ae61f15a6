/* The messages, oldest first, drawn anew wherever the conversation changed. */

import { bookingForm } from "./booking.js";
import { calls, cardOf, extras } from "./cards.js";
import { answering } from "./choices.js";
import { button, make, unseen } from "./dom.js";
import { AnswerList, answersOf } from "./understanding.js";
import { NOTICES, STATES, WORDS } from "./words.js";

/** Draws entries into an element with role=log. `say`: say, choose, again, edit. */
export class Log {
  constructor(element, config, texts, say) {
    Object.assign(this, { element, config, texts, say });
    /** Entry -> what is on screen for it. */
    this.drawn = new Map();
  }

  /** Bring the screen in step with the entries. */
  render(entries) {
    const wanted = entries.map((entry, i) => this.of(entry, i, entries));
    for (const [entry, one] of this.drawn) {
      if (!entries.includes(entry)) {
        one.element.remove();
        this.drawn.delete(entry);
      }
    }
    let before = this.element.firstElementChild;
    for (const { element } of wanted) {
      if (element === before) before = before.nextElementSibling;
      else this.element.insertBefore(element, before);
    }
    entries.forEach((entry, i) => this.update(entry, i, entries));
  }

  of(entry, i, entries) {
    if (!this.drawn.has(entry)) this.drawn.set(entry, this.draw(entry, i, entries));
    return this.drawn.get(entry);
  }

  draw(entry, i, entries) {
    if (entry.from === "note") return { element: make("p", { class: "divider" }, NOTICES[entry.text]) };
    return entry.from === "patient" ? this.patient(entry) : this.bot(entry, i, entries);
  }

  patient(entry) {
    const state = make("p", { class: "state" });
    const bubble = make("div", { class: "bubble", dir: "auto" }, unseen(WORDS.you), entry.text);
    return { element: make("div", { class: "message patient" }, bubble, state), state };
  }

  bot(entry, i, entries) {
    const { kind, heading } = cardOf(entry);
    const way = bookingForm(entry, this.say) ?? answering(entry, this.say);
    const bubble = make("div", { class: "bubble" }, unseen(WORDS.helper),
      ...(heading ? [make("h3", {}, heading)] : []), ...calls(entry, this.config, this.texts), ...this.texts.rich(way ? unlisted(entry) : entry.text),
      ...extras(entry, this.config));
    const result = resultOf(i, entries);
    const style = ["message bot", kind && `card ${kind}`, !kind && result && `part ${result}`].filter(Boolean).join(" ");
    const element = make("div", { class: style }, bubble);
    if (way) element.append(way.element);
    return { element, way, open: true };
  }

  update(entry, i, entries) {
    const one = this.drawn.get(entry);
    if (entry.from === "patient") this.mark(entry, one, i, entries);
    if (entry.from === "bot") this.settle(entry, one, i, entries);
  }

  /** Sent, waiting or failed; "sent" only below the last message. */
  mark(entry, one, i, entries) {
    const last = !entries.slice(i + 1).some((e) => e.from === "patient");
    const name = stateOf(entry);
    const shown = name === "sent" && !last ? "" : name;
    one.element.dataset.state = entry.state;
    if (one.shown === shown) return;
    one.shown = shown;
    one.state.replaceChildren(...(shown ? [STATES[shown], ...this.ways(entry)] : []));
  }

  ways(entry) {
    if (entry.state === "failed") return [" ", button(STATES.again, "link", () => this.say.again(entry))];
    if (entry.state !== "refused") return [];
    const label = entry.problem === "stale" ? STATES.words : STATES.edit;
    return [" ", button(label, "link", () => this.say.edit(entry))];
  }

  /** Close a question that was answered; offer the change of answers below a read-back. */
  settle(entry, one, i, entries) {
    const answer = entries.slice(i + 1).find((e) => e.from === "patient" && e.state !== "refused");
    const old = entries.slice(i + 1).some((e) => e.from === "note");
    if (one.way && one.open && (answer || old)) {
      one.way.close(answer?.text ?? "");
      one.open = false;
    }
    this.footer(entry, one, i, entries, answer || old);
  }

  footer(entry, one, i, entries, answered) {
    const asks = !answered && entry.question && !["intake", "offer"].includes(entry.question.id);
    if (!one.foot && asks) {
      const far = progress(entry, i, entries);
      one.foot = make("p", { class: "foot" }, far ? make("span", {}, far) : null, button(WORDS.why, "link", () => this.say.say(WORDS.why)));
      one.element.append(one.foot);
    } else if (one.foot && !asks) {
      leave(one.foot, one.element);
      one.foot = null;
    }
    if (one.answers === undefined && endsReadBack(i, entries)) {
      one.answers = new AnswerList(answersOf(entries.slice(0, i)), this.say);
      one.element.append(one.answers.element);
    }
  }
}

/** The text without its list of choices: they stand below it, to be pressed. */
function unlisted({ text, question }) {
  const labels = new Set(question?.options?.map(({ label }) => `- ${label}`));
  return text.split("\n").filter((line) => !labels.has(line)).join("\n");
}

/** Removes an element; the keyboard's place, if it was there, moves to where it stood. */
function leave(element, parent) {
  const focused = element.contains(element.getRootNode().activeElement);
  element.remove();
  if (!focused) return;
  parent.tabIndex = -1;
  parent.focus({ preventScroll: true });
}

function stateOf(entry) {
  if (entry.state === "refused") return entry.problem;
  return entry.state === "waiting" && !navigator.onLine ? "offline" : entry.state;
}

/** The level of care whose result this message belongs to: those after an assessment. */
function resultOf(i, entries) {
  for (let j = i - 1; j >= 0 && entries[j].from === "bot"; j -= 1) {
    if (entries[j].card?.type === "assessment") return entries[i].question ? "" : entries[j].card.disposition;
  }
  return "";
}

/** True for the last words of the bot's answer to "what did you understand?". */
function endsReadBack(i, entries) {
  if (entries[i].question) return false;
  const ends = !entries[i + 1] || entries[i + 1].from !== "bot" || entries[i + 1].question;
  let j = i;
  while (j >= 0 && entries[j].from === "bot") j -= 1;
  return Boolean(ends && entries[j]?.from === "patient" && entries[j].text === WORDS.understand);
}

/** How far along: what the bot says is left, else the count of questions so far. */
function progress({ question }, i, entries) {
  if (typeof question.left === "number") return question.left > 0 ? WORDS.left(question.left) : WORDS.lastOne;
  if (question.topic === "booking" || question.topic === "confirm") return "";
  const asked = entries.slice(0, i + 1).filter((e) => e.question && e.question.topic !== "booking" && e.question.id !== "intake");
  return WORDS.progress(new Set(asked.map((e) => e.question.id)).size);
}
