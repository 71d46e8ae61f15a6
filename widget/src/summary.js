/* A page of its own to read, print or save: what was said and what came of it. */

import { make } from "./dom.js";
import css from "./summary.css";
import { answersOf } from "./understanding.js";
import { CARDS, SUMMARY } from "./words.js";

/** Opens the summary in a new window; false when the browser did not allow one. */
export function openSummary(entries, config, texts) {
  const page = window.open("", "_blank");
  if (!page) return false;
  const sheet = new page.CSSStyleSheet();
  sheet.replaceSync(css);
  const { document: paper } = page;
  paper.adoptedStyleSheets = [sheet];
  paper.title = SUMMARY.title;
  paper.documentElement.lang = "en-US";
  paper.body.replaceChildren(paper.adoptNode(summary(entries, config, texts, page)));
  return true;
}

/** The summary as one element. */
export function summary(entries, config, texts, page) {
  const when = new Date().toLocaleString("en-US", { dateStyle: "long", timeStyle: "short" });
  return make("main", {},
    make("h1", {}, SUMMARY.title), make("p", {}, SUMMARY.made(when, config.clinic)),
    make("p", { class: "danger" }, SUMMARY.emergency(config.emergency, config.phone)),
    ...result(entries, texts), ...appointment(entries), ...answers(entries),
    make("p", { class: "buttons" },
      make("button", { type: "button", onclick: () => page.print() }, SUMMARY.print),
      make("button", { type: "button", onclick: () => page.close() }, SUMMARY.close)));
}

/** The last result, or the last danger message, with all that was said along with it. */
function result(entries, texts) {
  const at = entries.findLastIndex(({ card }) => card?.type === "assessment" || card?.type === "emergency");
  const heading = make("h2", {}, SUMMARY.result);
  if (at < 0) return [heading, make("p", {}, SUMMARY.none)];
  const end = entries.findIndex((entry, i) => i > at && (entry.from !== "bot" || entry.question));
  const told = entries.slice(at, end < 0 ? undefined : end);
  const { card } = entries[at];
  return [heading, make("h3", {}, CARDS[card.disposition ?? card.type] ?? ""),
    ...told.flatMap((entry) => texts.rich(entry.text)), make("p", {}, SUMMARY.notes)];
}

function appointment(entries) {
  const request = entries.findLast(({ card }) => card?.type === "appointment");
  if (!request) return [];
  return [make("h2", {}, SUMMARY.appointment), make("p", {}, `${CARDS.reference} `, make("b", {}, request.card.reference)),
    make("p", {}, request.text)];
}

function answers(entries) {
  const rows = answersOf(entries).flatMap(({ question, answer }) => [make("dt", {}, question), make("dd", { dir: "auto" }, answer)]);
  return rows.length ? [make("h2", {}, SUMMARY.answers), make("dl", {}, ...rows)] : [];
}
