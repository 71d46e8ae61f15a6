/* All parts of the chat in all states, with made-up words: for looking, and for the axe tests. */

import { Refused } from "../src/api.js";
import { make } from "../src/dom.js";
import { readConfig } from "../src/config.js";
import { ChatElement, NAME } from "../src/element.js";
import { EXAMPLES } from "./states.js";

/** Stands for the server: answers with what the example says, or fails as it says. */
class MadeUp {
  constructor({ messages = [], problem = null, started = true, quiet = false }) {
    Object.assign(this, { messages, problem, quiet });
    this.token = { value: started ? "made-up" : null };
  }

  async begin() {
    this.token.value = "made-up";
    return { token: "made-up", messages: this.messages };
  }

  async read(after) { return { messages: this.messages.filter((m) => m.seq > after) }; }

  send() {
    if (this.quiet) return new Promise(() => {});
    return Promise.reject(this.problem === "line" ? new TypeError("no line") : new Refused(this.problem ?? 503, {}, 0));
  }

  async remove() { return {}; }

  async record() { return { resourceType: "Bundle" }; }
}

const script = document.currentScript;
customElements.define(NAME, ChatElement);
addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("examples");
  for (const example of EXAMPLES) place.append(show(example));
});

function show(example) {
  const chat = document.createElement(NAME);
  chat.id = example.name;
  chat.config = { ...readConfig(script), api: location.href, mode: "inline", title: example.title, ...example.config };
  chat.api = new MadeUp({ ...example, messages: (example.messages ?? []).map((m, i) => ({ ...m, seq: i + 1 })) });
  const box = make("section", { class: "example", "aria-label": `Example: ${example.title}` }, make("h2", {}, example.title), chat);
  if (example.act) setTimeout(() => example.act(chat.panel, chat.shadowRoot), 200);
  return box;
}
