/* Form fields for a booking: name, how to reach the patient, good days and times.
   Each says what is wrong next to the field; what it sends is what a patient would type. */

import { freshId, make } from "./dom.js";
import { BOOKING } from "./words.js";

const NAME = /^[^\d@/\\<>{}[\]]{2,}$/;
const EMAIL = /^[^\s@<>,;:()]+@[^\s@<>,;:()]+\.[A-Za-z]{2,}$/;

/** The form for a booking question; null when the question is another one. */
export function bookingForm(entry, say) {
  const Form = { booking_name: NameForm, booking_contact: ContactForm, booking_when: WhenForm }[entry.question?.id];
  return Form ? new Form(say) : null;
}

/** The digits of a US phone number, without the country code. */
export const usDigits = (text) => text.replace(/\D/g, "").replace(/^1(?=\d{10})/, "");

/** "(512) 555-0123", as far as it was typed. */
export function usPhone(text) {
  const digits = usDigits(text);
  if (digits.length > 10 || digits.length < 4) return text;
  const [area, middle, end] = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)];
  return `(${area}) ${middle}${end ? `-${end}` : ""}`;
}

export const isPhone = (text) => /^[2-9]\d{9}$/.test(usDigits(text)) && !/[a-z]/i.test(text);
export const isEmail = (text) => EMAIL.test(text.trim());
export const isName = (text) => NAME.test(text.trim());

/** A labelled field with its error below. */
export class Field {
  constructor(label, error, check, properties) {
    this.error = error;
    this.check = check;
    const [id, errorId] = [freshId("field"), freshId("error")];
    this.input = make("input", { id, required: true, "aria-describedby": errorId, ...properties });
    this.problem = make("p", { id: errorId, class: "error" });
    this.element = make("div", { class: "field" }, make("label", { htmlFor: id }, label), this.input, this.problem);
    this.input.addEventListener("blur", () => { if (this.input.value) this.valid(); });
    this.input.addEventListener("input", () => { if (this.problem.textContent) this.valid(); });
  }

  get value() { return this.input.value.trim(); }

  valid() {
    const fine = this.check(this.value);
    this.problem.textContent = fine ? "" : this.error;
    if (fine) this.input.removeAttribute("aria-invalid");
    else this.input.setAttribute("aria-invalid", "true");
    return fine;
  }
}

class Form {
  constructor(say) {
    this.say = say;
    this.element = make("form", { class: "booking", noValidate: true, onsubmit: (event) => this.send(event) });
  }

  fill(...parts) {
    this.element.append(...parts, make("button", { type: "submit", class: "primary" }, BOOKING.next));
  }

  send(event) {
    event.preventDefault();
    const said = this.read();
    if (said) this.say.say(said);
    else this.element.querySelector("[aria-invalid=true]")?.focus();
  }

  close() {
    const focused = this.element.contains(this.element.getRootNode().activeElement);
    const { parentElement } = this.element;
    this.element.remove();
    if (focused && parentElement) {
      parentElement.tabIndex = -1;
      parentElement.focus({ preventScroll: true });
    }
  }
}

class NameForm extends Form {
  constructor(say) {
    super(say);
    this.field = new Field(BOOKING.name, BOOKING.nameError, isName, { autocomplete: "name", maxLength: 80 });
    this.fill(this.field.element);
  }

  read() { return this.field.valid() && this.field.value; }
}

class ContactForm extends Form {
  constructor(say) {
    super(say);
    this.phone = new Field(BOOKING.phoneLabel, BOOKING.phoneError, isPhone,
      { type: "tel", autocomplete: "tel-national", maxLength: 25 });
    this.phone.input.addEventListener("blur", () => { this.phone.input.value = usPhone(this.phone.value); });
    this.email = new Field(BOOKING.emailLabel, BOOKING.emailError, isEmail,
      { type: "email", autocomplete: "email", maxLength: 120 });
    this.kinds = choice("radio", BOOKING.kind, [BOOKING.phone, BOOKING.email], () => this.show());
    this.kinds.boxes[0].checked = true;
    this.fill(this.kinds.element, this.phone.element, this.email.element);
    this.show();
  }

  get field() { return this.kinds.boxes[0].checked ? this.phone : this.email; }

  show() {
    this.phone.element.hidden = this.field !== this.phone;
    this.email.element.hidden = this.field !== this.email;
  }

  read() { return this.field.valid() && (this.field === this.phone ? usPhone(this.field.value) : this.field.value); }
}

class WhenForm extends Form {
  constructor(say) {
    super(say);
    this.days = choice("checkbox", BOOKING.days, [...BOOKING.dayNames, BOOKING.anyDay]);
    this.times = choice("checkbox", BOOKING.times, [...BOOKING.timeNames, BOOKING.anyTime]);
    this.note = new Field(BOOKING.note, BOOKING.whenError, () => Boolean(this.words()),
      { required: false, maxLength: 200, autocomplete: "off" });
    this.element.addEventListener("change", () => { if (this.note.problem.textContent) this.note.valid(); });
    this.fill(this.days.element, this.times.element, this.note.element);
  }

  words() {
    const picked = [this.days.chosen.join(", "), this.times.chosen.join(", ").toLowerCase()].filter(Boolean).join("; ");
    return [picked, this.note.value].filter(Boolean).join(". ");
  }

  read() { return this.note.valid() && this.words(); }
}

/** A group of radio buttons or check boxes. */
function choice(type, legend, names, onchange = () => {}) {
  const name = freshId("group");
  const boxes = names.map((value) => make("input", { type, name, value }));
  const rows = boxes.map((box, i) => make("label", { class: "tick" }, box, names[i]));
  return {
    boxes,
    element: make("fieldset", { class: "ticks", onchange }, make("legend", {}, legend), make("div", { class: "grid small" }, ...rows)),
    get chosen() { return boxes.filter((box) => box.checked).map((box) => box.value); },
  };
}

/** A calendar file for a confirmed time: `start` as ISO text, `minutes` long. */
export function calendarFile({ reference, start, minutes = 30 }, config) {
  const stamp = (date) => date.toISOString().replace(/[-:]|\.\d+/g, "");
  const begin = new Date(start);
  const lines = [
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//spasm-triage//EN", "BEGIN:VEVENT", `UID:${reference}@spasm-triage`,
    `DTSTAMP:${stamp(new Date())}`, `DTSTART:${stamp(begin)}`, `DTEND:${stamp(new Date(+begin + minutes * 60_000))}`,
    `SUMMARY:${escaped(`Visit at ${config.clinic}`)}`, `DESCRIPTION:${escaped(`Reference ${reference}. ${config.phone}`)}`,
    "END:VEVENT", "END:VCALENDAR", "",
  ];
  return new Blob([lines.join("\r\n")], { type: "text/calendar" });
}

const escaped = (text) => text.replace(/[\\;,]/g, "\\$&").replace(/\n/g, "\\n");

/** Hands a file to the browser's downloads. */
export function download(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

