/* The field to write in. It is never locked: what is typed while the bot answers waits its turn. */

import { freshId, make } from "./dom.js";
import { WORDS } from "./words.js";

const MOST = 4000;
const TALLEST = 144; // pixels

export class Composer {
  constructor(send) {
    this.send = send;
    const id = freshId("text");
    this.field = make("textarea", { id, rows: 1, maxLength: MOST, autocomplete: "off", dir: "auto", enterkeyhint: "send",
      oninput: () => this.fit(), onkeydown: (event) => this.key(event) });
    this.element = make("form", { class: "write", noValidate: true, onsubmit: (event) => this.submit(event) },
      make("label", { htmlFor: id }, WORDS.field),
      make("div", {}, this.field, make("button", { type: "submit", class: "primary" }, WORDS.send)));
  }

  get text() { return this.field.value.trim(); }

  focus() { this.field.focus({ preventScroll: true }); }

  /** Put words back, before what is typed there now. */
  put(text) {
    this.field.value = [text, this.text].filter(Boolean).join(" ");
    this.fit();
    this.focus();
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.submit(event);
  }

  submit(event) {
    event.preventDefault();
    const { text } = this;
    if (!text) return this.focus();
    this.field.value = "";
    this.fit();
    return this.send(text);
  }

  fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight + 3, TALLEST)}px`;
  }
}
