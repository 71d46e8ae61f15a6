/* Everything inside the frame: header, messages, notices, the field to write in. */

import { emergencyNumbers } from "./cards.js";
import { Composer } from "./composer.js";
import { button, freshId, make, phoneLink } from "./dom.js";
import { Log } from "./log.js";
import { Menu } from "./menu.js";
import { Texts } from "./text.js";
import { CARDS, NOTICES, WORDS } from "./words.js";

const SPOKEN_FOR = 20_000; // milliseconds that a text stays in the announcer
const SLOW = 2_500; // milliseconds after which screen readers hear that the helper is writing

export class Panel {
  /** `close`: how to leave the chat; missing where it stands in the page. */
  constructor(frame, config, conversation, close) {
    Object.assign(this, { frame, config, conversation });
    this.texts = new Texts([config.phone, config.emergency, config.crisis]);
    this.build(close);
    const say = {
      say: (text) => this.say(text),
      choose: (payload, label) => { this.conversation.choose(payload, label); this.toEnd(); },
      again: (entry) => this.conversation.again(entry),
      edit: (entry) => this.edit(entry),
    };
    this.log = new Log(this.messages, config, this.texts, say);
    conversation.onchange = (fresh) => this.update(fresh);
    addEventListener("beforeunload", (event) => { if (this.unsaid) event.preventDefault(); });
  }

  get unsaid() { return this.conversation.unsaved || Boolean(this.composer.text); }

  begin() {
    if (this.conversation.started) this.conversation.resume();
    this.update([]);
  }

  focus() { this.composer.focus(); }

  /* Building */

  build(close) {
    const title = freshId("title");
    this.menu = new Menu(this);
    this.pinned = make("div", { class: "pinned", role: "alert" });
    this.messages = make("div", { class: "messages", role: "log", "aria-live": "off", "aria-label": WORDS.log });
    this.welcome = this.greeting();
    this.typing = make("p", { class: "typing", hidden: true }, ...[1, 2, 3].map(() => make("span", { "aria-hidden": "true" })));
    this.reel = make("div", { class: "log", tabIndex: 0, role: "group", "aria-label": WORDS.log }, this.welcome, this.messages, this.typing);
    this.notice = make("div", { class: "notice", role: "status" });
    this.announcer = make("div", { class: "unseen", "aria-live": "polite" });
    this.composer = new Composer((text) => this.say(text));
    this.frame.append(this.header(title, close), this.pinned, this.reel, this.notice, this.composer.element,
      this.menu.dialog, this.announcer);
  }

  header(title, close) {
    const { config } = this;
    const logo = config.logo ? make("img", { class: "logo", src: config.logo, alt: "" }) : null;
    return make("div", { class: "head" }, logo,
      make("div", { class: "titles" }, make("h2", { id: title }, config.title), make("p", {}, WORDS.subtitle)),
      this.menu.element, close ? button("×", "icon", close, { "aria-label": WORDS.close }) : null);
  }

  greeting() {
    return make("div", { class: "welcome" }, make("p", {}, WORDS.welcome), make("p", { class: "fine" }, WORDS.consent),
      button(WORDS.start, "primary", async () => {
        if (!(await this.conversation.begin())) return;
        this.frame.scrollIntoView({ block: "nearest" });
        if (matchMedia("(pointer: coarse)").matches) this.reel.focus({ preventScroll: true });
        else this.focus();
      }));
  }

  /* Saying */

  say(text) {
    this.conversation.say(text);
    this.toEnd();
    this.frame.scrollIntoView({ block: "nearest" });
  }

  edit(entry) {
    const text = this.conversation.take(entry);
    if (entry.problem === "stale") this.say(text);
    else this.composer.put(text);
  }

  /* Showing */

  update(fresh) {
    const { conversation } = this;
    const { entries } = conversation;
    this.log.render(entries);
    this.welcome.hidden = conversation.started || entries.length > 0;
    this.menu.update(conversation);
    this.showWriting(conversation.writing);
    this.showNotice();
    this.pin(entries);
    if (fresh.length) this.bringIn(fresh);
  }

  bringIn(fresh) {
    const { quiet } = this.conversation; // a transcript after a reload: its end, and without a word
    const target = this.log.drawn.get(quiet ? fresh.at(-1) : fresh[0])?.element;
    if (target) this.scrollTo(target);
    if (quiet) return;
    const options = fresh.at(-1).question?.options?.length ?? 0;
    this.announce([...fresh.map((entry) => entry.text), ...(options ? [WORDS.counts(options)] : [])].join("\n"));
  }

  /** Texts are added and taken away again, so that the same words are read out a second time. */
  announce(text) {
    const line = make("p", {}, text);
    this.announcer.append(line);
    setTimeout(() => line.remove(), SPOKEN_FOR);
  }

  showWriting(writing) {
    if (this.typing.hidden === !writing) return;
    this.typing.hidden = !writing;
    clearTimeout(this.slow);
    if (writing) this.slow = setTimeout(() => this.announce(WORDS.writing), SLOW);
    if (writing) this.toEnd();
  }

  /** The number to call stays in sight as long as the bot's last words are about an emergency. */
  pin(entries) {
    const last = entries.findLastIndex((entry) => entry.from === "bot");
    const before = entries.slice(0, last + 1).findLastIndex((entry) => entry.from !== "bot");
    const danger = entries.slice(before + 1, last + 1).find(({ card }) => card?.type === "emergency");
    if (danger === this.danger) return;
    this.danger = danger;
    if (!danger) return this.pinned.replaceChildren();
    const [number] = emergencyNumbers(danger.text, this.config, this.texts);
    this.pinned.replaceChildren(make("span", {}, CARDS.pinned), phoneLink(number, "call", CARDS.call(number)));
    return undefined;
  }

  showNotice() {
    const name = this.noticeName();
    if (name === this.noticed) return;
    this.noticed = name;
    this.notice.replaceChildren(...(name ? [make("p", {}, NOTICES[name]), ...this.noticeWays(name)] : []));
    if (name) this.toEnd();
  }

  noticeName() {
    const { conversation } = this;
    if (conversation.ended) return conversation.ended;
    if (!navigator.onLine) return "offline";
    return conversation.unreachable && (conversation.waiting.length === 0 || conversation.waiting[0].state === "failed") ? "unreachable" : "";
  }

  noticeWays(name) {
    const { conversation } = this;
    if (name === "unreachable") {
      return [button(NOTICES.again, "link", () => (conversation.started || conversation.unsaved ? conversation.wake() : conversation.begin()))];
    }
    if (name === "offline") return [];
    return [button(NOTICES.fresh, "primary", () => { conversation.restart(); this.focus(); })];
  }

  /** Say something in the notice that needs no answer. */
  tell(name) {
    this.announce(NOTICES[name]);
    this.noticed = name;
    this.notice.replaceChildren(make("p", {}, NOTICES[name]));
  }

  /* Scrolling: the log by itself, or the whole frame where there is no room for that. */

  get scroller() { return getComputedStyle(this.reel).overflowY === "visible" ? this.frame : this.reel; }

  toEnd() { this.scroller.scrollTop = this.scroller.scrollHeight; }

  scrollTo(element) {
    const { scroller } = this;
    scroller.scrollTop += element.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 12;
  }
}
