/* What is more than a text: danger, a result, a request for a visit, a topic of the page. */

import { calendarFile, download } from "./booking.js";
import { button, make, phoneLink } from "./dom.js";
import { CARDS } from "./words.js";

const MOST_NUMBERS = 2;

/** The class and heading of a card; {} for a plain message. */
export function cardOf({ card }) {
  if (!card) return {};
  const kind = card.type === "assessment" ? card.disposition : card.type;
  const name = kind === "appointment" && card.start ? "confirmed" : kind;
  return { kind, heading: CARDS[name] };
}

/** What a card adds below its text. */
export function extras({ card, question }, config) {
  if (card?.type === "appointment") return appointment(card, config);
  if (config.booking && (question?.id === "offer" && question.topic === "booking")) return [bookOnline(config)];
  return [];
}

/** The numbers to call now, the first that the text names first. */
export function emergencyNumbers(text, config, texts) {
  const named = texts.called(text).filter((number) => number !== config.phone);
  return (named.length ? named : [config.emergency]).slice(0, MOST_NUMBERS);
}

/** Large buttons that call, above the text of an emergency. */
export function calls(entry, config, texts) {
  if (entry.card?.type !== "emergency") return [];
  const links = emergencyNumbers(entry.text, config, texts).map((n) => phoneLink(n, "call", CARDS.call(n)));
  return [make("p", { class: "calls" }, ...links)];
}

function appointment(card, config) {
  const parts = [make("p", { class: "reference" }, `${CARDS.reference} `, make("b", {}, card.reference))];
  if (card.start) {
    // The clock of the clinic, wherever the reader is.
    const when = new Date(card.start.slice(0, 16)).toLocaleString("en-US", { dateStyle: "full", timeStyle: "short" });
    parts.unshift(make("p", { class: "lead" }, when));
    parts.push(button(CARDS.calendar, "choice", () => download(calendarFile(card, config), "visit.ics")));
  }
  return parts;
}

function bookOnline(config) {
  return make("p", {}, make("a", { class: "choice", href: config.booking, target: "_blank", rel: "noopener noreferrer" }, CARDS.online));
}
