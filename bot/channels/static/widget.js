/* The chat of the clinic's page: plain DOM, no library, no inline code, one origin.
   Texts of the bot are set as text, never as markup. Only the token is kept in the browser. */

const TOKEN = "spasm-triage-token";
const RETRIES = 2;
const PATIENCE = 20_000; // milliseconds for one request
const HEADINGS = {
  emergency: "Get help now", urgent: "Be seen today", book: "Make an appointment", self_care: "Care at home",
};
const TROUBLE = {
  offline: "Your message did not get through.",
  busy: "The chat is still busy with your last message.",
  failed: "Your message was not saved.",
  refused: "That could not be sent. Please try other words.",
  long: "That is too long. Please send it in parts.",
};

class Refused extends Error {
  constructor(status, body, wait) {
    super(`status ${status}`);
    Object.assign(this, { status, body, wait });
  }
}

class Api {
  constructor(base) { this.base = base; }

  get token() { return sessionStorage.getItem(TOKEN); }

  set token(value) {
    if (value) sessionStorage.setItem(TOKEN, value);
    else sessionStorage.removeItem(TOKEN);
  }

  async call(method, path, body) {
    const headers = body ? { "Content-Type": "application/json" } : {};
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    const answer = await fetch(`${this.base}/${path}`, {
      method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE),
      credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store",
    });
    const data = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Refused(answer.status, data, Number(answer.headers.get("Retry-After")));
    return data;
  }
}

class Chat {
  constructor(root) {
    this.root = root;
    this.api = new Api(root.dataset.api);
    this.phones = root.dataset.phones.split("|").filter(Boolean);
    this.parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((el) => [el.dataset.part, el]));
    this.seen = new Set();
    this.lastSeq = 0;
    this.busy = false;
    this.listen();
    if (this.api.token) this.resume();
  }

  listen() {
    const { form, text, start, forget, dialog } = this.parts;
    form.addEventListener("submit", (event) => { event.preventDefault(); this.sendTyped(); });
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.sendTyped(); }
    });
    text.addEventListener("input", () => this.fitText());
    start.addEventListener("click", async () => { await this.ensureSession(); text.focus(); });
    forget.addEventListener("click", () => dialog.showModal());
    dialog.addEventListener("close", () => { if (dialog.returnValue === "forget") this.forget(); dialog.returnValue = ""; });
  }

  // Session

  async ensureSession() {
    if (this.api.token) return true;
    if (this.starting) return this.starting;
    this.starting = this.startSession().finally(() => { this.starting = null; });
    return this.starting;
  }

  async startSession() {
    this.setBusy(true);
    try {
      const session = await this.api.call("POST", "sessions", { page: location.origin + location.pathname, locale: navigator.language });
      this.api.token = session.token;
      this.root.scrollIntoView({ block: "nearest" });
      this.open(session.messages);
      return true;
    } catch (problem) {
      this.showTrouble(problem, () => this.ensureSession());
      return false;
    } finally {
      this.setBusy(false);
    }
  }

  async resume() {
    try {
      const { messages } = await this.api.call("GET", "messages?after=0");
      this.open(messages, { quietly: true });
    } catch (problem) {
      if (problem.status === 401 || problem.status === 404) this.api.token = null;
      else this.showTrouble(problem, () => this.resume());
    }
  }

  open(messages, how = {}) {
    this.parts.welcome.hidden = true;
    this.parts.forget.hidden = false;
    this.parts.status.replaceChildren();
    this.show(messages, how);
  }

  async forget() {
    try {
      await this.api.call("DELETE", "session");
    } catch (problem) {
      if (problem.status !== 401 && problem.status !== 404) return this.showTrouble(problem, () => this.forget());
    }
    this.api.token = null;
    const { log, welcome, forget, pinned, start } = this.parts;
    log.replaceChildren(welcome, this.parts.choices);
    welcome.hidden = false;
    forget.hidden = pinned.hidden = true;
    this.seen.clear();
    this.lastSeq = 0;
    this.parts.status.replaceChildren();
    this.offer([]);
    this.announce("The chat was deleted.");
    start.focus();
  }

  // Sending

  async sendTyped() {
    const text = this.parts.text.value.trim();
    if (!text || this.busy) return;
    if (!(await this.ensureSession())) return;
    this.parts.text.value = "";
    this.fitText();
    this.send({ id: newId(), text }, text);
  }

  async send(message, shown) {
    if (this.busy) return;
    const bubble = this.bubble("patient", shown);
    this.offer([]);
    await this.deliver(message, bubble);
  }

  async deliver(message, bubble, tries = 0) {
    this.setBusy(true);
    this.parts.status.replaceChildren();
    bubble.classList.add("unsent");
    try {
      const answer = await this.api.call("POST", "messages", message);
      bubble.classList.remove("unsent");
      this.setBusy(false);
      await this.take(answer.messages);
    } catch (problem) {
      await this.fail(problem, message, bubble, tries);
    }
  }

  async fail(problem, message, bubble, tries) {
    this.showSafety(problem.body?.messages);
    const passing = !problem.status || [409, 429, 503].includes(problem.status);
    if (passing && tries < RETRIES) {
      await pause(Math.min(problem.wait || 2 ** tries, 10) * 1000);
      return this.deliver(message, bubble, tries + 1);
    }
    this.setBusy(false);
    if (problem.status === 401 || problem.status === 404) this.api.token = null;
    this.showTrouble(problem, passing ? () => this.deliver(message, bubble) : null);
    this.restore(message, problem);
  }

  restore(message, problem) {
    if (problem.status === 413 && message.text && !this.parts.text.value) this.parts.text.value = message.text;
  }

  async take(messages) {
    const first = messages.find((m) => m.seq)?.seq ?? 0;
    if (first > this.lastSeq + 2 && this.lastSeq) {
      const missed = await this.api.call("GET", `messages?after=${this.lastSeq}`).catch(() => null);
      const others = missed?.messages.filter((m) => m.from === "bot") ?? messages;
      return this.show(others);
    }
    return this.show(messages);
  }

  // Showing

  show(messages, { quietly = false } = {}) {
    const fresh = messages.filter((m) => !m.seq || !this.seen.has(m.seq));
    const bubbles = fresh.map((message) => {
      if (message.seq) { this.seen.add(message.seq); this.lastSeq = Math.max(this.lastSeq, message.seq); }
      return this.bubble(message.from, message.text, message.card);
    });
    const latest = messages.slice(lastSpoken(messages));
    if (fresh.length) this.offer(latest);
    if (latest.length) this.pin(latest.some(isEmergency));
    this.scrollTo(quietly ? bubbles.at(-1) : bubbles[0]);
    if (!quietly) this.announce(fresh.map((m) => m.text).join(" "));
  }

  showSafety(messages = []) {
    const texts = new Set([...this.parts.log.querySelectorAll("[data-safety]")].map((el) => el.dataset.safety));
    for (const message of messages.filter((m) => !texts.has(m.text))) {
      const bubble = this.bubble("bot", message.text, message.card);
      bubble.dataset.safety = message.text;
      if (isEmergency(message)) this.pin(true);
      this.scrollTo(bubble);
      this.announce(message.text);
    }
  }

  bubble(from, text, card = null) {
    const { log } = this.parts;
    const kind = card?.type === "assessment" ? card.disposition : card?.type;
    const bubble = make("div", `message ${from}${kind ? ` card ${kind}` : ""}`);
    const heading = HEADINGS[kind];
    if (heading) bubble.append(make("h3", "", heading));
    bubble.append(make("span", "unseen", from === "patient" ? "You: " : "Guide: "), ...this.linked(text));
    log.insertBefore(bubble, this.parts.choices);
    if (from === "patient") log.scrollTop = log.scrollHeight;
    return bubble;
  }

  /* Text with the clinic's phone numbers as links. */
  linked(text) {
    const pattern = new RegExp(`(${this.phones.map(escaped).join("|")})(?![0-9])`, "g");
    return text.split(pattern).map((part) => (this.phones.includes(part) ? phoneLink(part) : document.createTextNode(part)));
  }

  /* The number to call stays in sight as long as the bot's last words are about an emergency. */
  pin(needed) {
    this.parts.pinned.hidden = !needed;
    if (!needed) return;
    const number = this.phones[1];
    const link = phoneLink(number, "call", `Call ${number}`);
    this.parts.pinned.replaceChildren(make("span", "", "This may be an emergency."), link);
    this.root.scrollIntoView({ block: "nearest" });
  }

  offer(messages) {
    const { choices } = this.parts;
    choices.replaceChildren(...messages.flatMap((message) => this.choicesOf(message)));
    choices.hidden = !choices.childElementCount;
  }

  /* The beginning of what is new, as far as its end allows. */
  scrollTo(bubble) {
    const { log } = this.parts;
    if (bubble) log.scrollTop = bubble.offsetTop - log.offsetTop - 12;
  }

  choicesOf({ buttons = [], question = null }) {
    const several = ["multiple", "body_map"].includes(question?.kind) ? question.options ?? [] : [];
    const ticked = several.filter((option) => option.payload?.startsWith("/answer{") && !isReply(option));
    const single = buttons.length ? buttons : (question?.options ?? []).filter((option) => option.payload);
    const plain = single.filter((button) => !ticked.some((option) => option.payload === button.payload));
    const lists = ticked.length ? [this.tickList(ticked)] : [];
    return [...lists, ...plain.map((button) => this.choice(button))];
  }

  choice({ label, payload }) {
    const button = make("button", "choice", label);
    button.type = "button";
    button.addEventListener("click", () => this.choose(payload, label));
    return button;
  }

  tickList(options) {
    const list = make("fieldset");
    list.append(make("legend", "unseen", "Choose all that fit"));
    for (const option of options) {
      const label = make("label", "", "");
      const box = Object.assign(document.createElement("input"), { type: "checkbox", value: option.payload });
      label.append(box, option.label);
      list.append(label);
    }
    const confirm = Object.assign(make("button", "primary", "Confirm"), { type: "button", disabled: true });
    const chosen = () => options.filter((_, i) => list.querySelectorAll("input")[i].checked);
    list.addEventListener("change", () => { confirm.disabled = !chosen().length; });
    confirm.addEventListener("click", () => this.choose(joined(chosen()), chosen().map((o) => o.label).join(", ")));
    list.append(confirm);
    return list;
  }

  choose(payload, label) {
    this.parts.text.focus({ preventScroll: true });
    this.send({ id: newId(), payload, label }, label);
  }

  showTrouble(problem, again) {
    const key = { 409: "busy", 400: "refused", 413: "long", 503: "failed" }[problem.status] ?? "offline";
    const parts = [make("span", "", TROUBLE[key])];
    if (again) {
      const button = Object.assign(make("button", "quiet", "Try again"), { type: "button" });
      button.addEventListener("click", () => { this.parts.status.replaceChildren(); again(); });
      parts.push(button);
    }
    this.parts.status.replaceChildren(...parts);
  }

  setBusy(busy) {
    this.busy = busy;
    this.parts.typing.hidden = !busy;
    this.parts.form.querySelector("button").disabled = busy;
    if (busy) this.parts.log.scrollTop = this.parts.log.scrollHeight;
  }

  announce(text) { this.parts.announcer.textContent = text; }

  fitText() {
    const { text } = this.parts;
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight + 3, 144)}px`;
  }
}

/* Where the bot's last words begin: after the last thing the patient said. */
const lastSpoken = (messages) => messages.map((m) => m.from).lastIndexOf("patient") + 1;
const isEmergency = (message) => message.card?.type === "emergency";
const isReply = (option) => "reply" in parsed(option.payload);
const parsed = (payload) => JSON.parse(payload.slice("/answer".length));
/* Also where randomUUID is missing: pages without TLS on a clinic's own network. */
const newId = () => "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
  (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/* Several options as one payload: their values gathered under each kind. */
function joined(options) {
  const values = {};
  for (const option of options) {
    for (const [kind, value] of Object.entries(parsed(option.payload))) {
      values[kind] = [...new Set([...(values[kind] ?? []), ...[value].flat()])];
    }
  }
  return `/answer${JSON.stringify(values)}`;
}

function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

function phoneLink(number, className = "", text = number) {
  const link = make("a", className, text);
  link.href = `tel:${number.replace(/[^+0-9]/g, "")}`;
  return link;
}

new Chat(document.getElementById("chat"));
