/* The custom element: a shadow root with the chat in it, in place or behind a launcher. */

import { Api } from "./api.js";
import { Conversation } from "./conversation.js";
import { button, make } from "./dom.js";
import { Panel } from "./panel.js";
import css from "./style.css";
import { WORDS } from "./words.js";

export const NAME = "spasm-chat";
const SMALL = "(max-width: 560px), (max-height: 480px)";

let sheet = null;
function sharedSheet() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  return sheet;
}

/** Set `config` (see config.js) before it is attached; `api` only where there is no server. */
export class ChatElement extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot || !this.config) return;
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sharedSheet()];
    const direction = this.config.dir || getComputedStyle(this).direction;
    this.root = make("div", { class: "root", lang: "en-US", dir: direction });
    root.append(this.root);
    this.paint();
    this.api ||= new Api(this.config.api);
    if (this.config.mode === "inline") this.inline();
    else this.launcher();
  }

  /** Light or dark, as the page asks or the reader's system does. */
  paint() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const set = () => {
      const { theme } = this.config;
      this.root.dataset.theme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
    };
    dark.addEventListener("change", set);
    set();
  }

  inline() {
    this.root.classList.add("inline");
    const section = make("section", { class: "frame", "aria-label": this.config.title });
    this.root.append(section);
    this.panel = this.fill(section);
  }

  fill(frame, close) {
    const panel = new Panel(frame, this.config, new Conversation(this.api), close);
    panel.begin();
    return panel;
  }

  launcher() {
    this.opener = button(this.api.token.value ? WORDS.resume : WORDS.open, "launcher", () => this.open(),
      { "aria-haspopup": "dialog", "aria-expanded": "false" });
    this.frame = make("dialog", { class: "frame", "aria-label": this.config.title, onkeydown: (event) => this.escape(event) });
    this.frame.addEventListener("close", () => this.closed());
    this.root.append(this.opener, this.frame);
  }

  /** Over the whole page on a small screen; beside it, without stopping it, on a large one. */
  open() {
    if (this.frame.open) return;
    this.panel ||= this.fill(this.frame, () => this.frame.close());
    if (matchMedia(SMALL).matches) this.frame.showModal();
    else this.frame.show();
    this.opener.setAttribute("aria-expanded", "true");
    this.opener.hidden = true;
    this.panel.focus();
  }

  escape(event) {
    if (event.key === "Escape" && !event.defaultPrevented) this.frame.close();
  }

  closed() {
    this.opener.hidden = false;
    this.opener.textContent = this.api.token.value ? WORDS.resume : WORDS.open;
    this.opener.setAttribute("aria-expanded", "false");
    this.opener.focus();
  }
}
