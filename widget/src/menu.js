/* What can be done with the whole chat: behind one button, each with a word what it does. */

import { button, freshId, make } from "./dom.js";
import { download } from "./booking.js";
import { openSummary } from "./summary.js";
import { ASK, WORDS } from "./words.js";

export class Menu {
  constructor(panel) {
    this.panel = panel;
    const id = freshId("menu");
    this.list = make("div", { id, class: "menu", hidden: true }, ...this.items());
    this.opener = button("⋯", "icon", () => this.toggle(this.list.hidden),
      { "aria-label": WORDS.menu, "aria-expanded": "false", "aria-controls": id });
    this.element = make("div", { class: "more", hidden: true, onkeydown: (event) => this.key(event), onfocusout: (event) => this.left(event) },
      this.opener, this.list);
    this.dialog = make("dialog", { class: "ask" });
    // Escape closes this question, not the chat around it.
    this.dialog.addEventListener("keydown", (event) => { if (event.key === "Escape") event.stopPropagation(); });
  }

  items() {
    const { panel } = this;
    const item = (label, act) => button(label, "item", () => { this.toggle(false); this.opener.focus(); act(); });
    return [
      item(WORDS.understand, () => panel.say(WORDS.understand)),
      item(WORDS.print, () => this.print()),
      item(WORDS.download, () => this.save()),
      item(WORDS.startOver, () => this.ask(ASK.startOver, () => panel.say(WORDS.startOver))),
      item(WORDS.remove, () => this.ask(ASK.remove, () => this.remove())),
    ];
  }

  update(conversation) { this.element.hidden = !conversation.started; }

  toggle(open) {
    this.list.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
    if (open) this.list.firstElementChild.focus();
  }

  key(event) {
    if (this.list.hidden) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.toggle(false);
      this.opener.focus();
    }
    const items = [...this.list.children];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    items[(items.indexOf(event.target) + step + items.length) % items.length].focus();
  }

  left(event) {
    if (event.relatedTarget && !this.element.contains(event.relatedTarget)) this.toggle(false);
  }

  print() {
    const { conversation, config, texts } = this.panel;
    if (!openSummary(conversation.entries, config, texts)) this.panel.tell("noWindow");
  }

  async save() {
    try {
      const record = await this.panel.conversation.api.record();
      const text = JSON.stringify(record, null, 2);
      download(new Blob([text], { type: "application/fhir+json" }), "chat-record.fhir.json");
      this.panel.tell("saved");
    } catch {
      this.panel.tell("noRecord");
    }
  }

  async remove() {
    try {
      await this.panel.conversation.remove();
      this.panel.tell("removed");
      this.panel.focus();
    } catch {
      this.panel.tell("unreachable");
    }
  }

  /** A question with two answers, above everything else. */
  ask(words, act) {
    const id = freshId("ask");
    const close = () => this.dialog.close();
    const yes = () => { close(); act(); };
    this.dialog.setAttribute("aria-labelledby", id);
    this.dialog.replaceChildren(make("h3", { id }, words.title), make("p", {}, words.text),
      make("p", { class: "choices" }, button(words.no, "choice", close), button(words.yes, "primary", yes)));
    this.dialog.showModal();
  }
}
