/* One conversation: what was said, what waits to be sent, and whether the session still lives.

   Every message of the patient has an id of its own and is sent with it until the server has
   answered, in order, one at a time; the server answers a repeated id with the same answer. */

import { newId } from "./api.js";

const MOST_TRIES = 6;
const LONGEST_PAUSE = 16; // seconds
const LATE_LOOKS = [1500, 6000]; // milliseconds; a turn may have been under way at a reload
const CHANNEL = "spasm-triage-chat";

/* An entry is {epoch, seq, id, from, text, buttons, question, card, body, state, problem, order}.
   state of a patient's entry: sent | sending | waiting | failed (may be tried again) | refused. */

export class Conversation {
  constructor(api) {
    this.api = api;
    this.entries = [];
    this.epoch = 0;
    this.lastSeq = 0;
    this.count = 0;
    this.tries = 0;
    /** null | expired | gone: a new session needs the patient's word. */
    this.ended = null;
    this.unreachable = false;
    this.assessment = null;
    /** True while an old transcript is taken in. */
    this.quiet = false;
    /** Called after every change, with the bot's entries that are new to this page. */
    this.onchange = () => {};
    this.watch();
  }

  get started() { return Boolean(this.api.token.value); }

  get waiting() { return this.entries.filter((e) => e.from === "patient" && e.state !== "sent"); }

  get unsaved() { return this.waiting.some((e) => e.state !== "refused"); }

  get writing() { return this.waiting.some((e) => e.state === "sending") || Boolean(this.beginning); }

  /* What others do: another tab, the line, a phone that wakes up. */

  watch() {
    this.api.token.onchange = (token) => this.adopt(token);
    this.channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(CHANNEL) : null;
    this.channel?.addEventListener("message", () => this.sync());
    addEventListener("online", () => this.wake());
    addEventListener("offline", () => this.changed());
    addEventListener("pageshow", (event) => { if (event.persisted) this.wake(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.wake(); });
  }

  wake() {
    for (const entry of this.waiting) if (entry.state === "failed") entry.state = "waiting";
    this.tries = 0;
    if (this.unsaved) this.pump();
    else if (this.started) this.sync();
    this.changed();
  }

  adopt(token) {
    const pending = this.unsaved;
    this.entries = this.entries.filter((e) => e.from === "patient" && e.state !== "sent");
    this.forgetSession(token ? null : pending ? "gone" : null);
    if (token) this.resume();
    else this.changed();
  }

  forgetSession(ended) {
    this.epoch += 1;
    this.lastSeq = 0;
    this.assessment = null;
    this.ended = ended;
    for (const entry of this.waiting) entry.epoch = this.epoch;
  }

  /* Beginning and ending. */

  /** A new session, once at a time; true when there is one. */
  async begin() {
    if (this.started) return true;
    this.beginning ||= this.open().finally(() => {
      this.beginning = null;
      this.changed();
    });
    this.changed();
    return this.beginning;
  }

  async open() {
    try {
      const session = await this.api.begin();
      this.api.token.value = session.token;
      this.reached();
      this.absorb(session.messages);
      return true;
    } catch (problem) {
      this.lost(problem);
      return false;
    }
  }

  /** The transcript so far, after a reload. */
  async resume() {
    this.quiet = true;
    await this.sync();
    this.quiet = false;
    for (const pause of LATE_LOOKS) setTimeout(() => this.sync(), pause);
    this.pump();
  }

  /** A new session with what still waits, after the patient agreed. */
  async restart() {
    const pending = this.waiting;
    if (this.entries.length > pending.length) this.note("divider");
    this.ended = null;
    this.tries = 0;
    for (const entry of pending) this.renew(entry);
    if (pending.length) await this.pump();
    else await this.begin();
    this.changed();
  }

  /** A choice belongs to the old chat; in the new one it is said in words. */
  renew(entry) {
    if (entry.state === "refused") return;
    Object.assign(entry, { state: "waiting", id: newId(), epoch: this.epoch, order: (this.count += 1) });
    if (entry.body.payload) entry.body = { text: entry.text };
  }

  note(name) { this.add({ from: "note", text: name }); }

  /** Delete the conversation on the server and here. Throws when that did not work. */
  async remove() {
    try {
      await this.api.remove();
    } catch (problem) {
      if (problem.status !== 401 && problem.status !== 404) throw problem;
    }
    this.api.token.value = null;
    this.entries = [];
    this.forgetSession(null);
    this.changed();
  }

  /* Saying something. */

  say(text) { this.queue({ text }, text); }

  choose(payload, label) { this.queue({ payload, label }, label); }

  queue(body, text) {
    this.add({ from: "patient", id: newId(), text, body, state: "waiting" });
    this.changed();
    this.pump();
  }

  again(entry) {
    entry.state = "waiting";
    this.tries = 0;
    this.pump();
  }

  /** Take a message back that could not be sent; its words, for the field. */
  take(entry) {
    this.entries = this.entries.filter((e) => e !== entry);
    this.changed();
    return entry.text;
  }

  /** Send everything that waits, in order. */
  async pump() {
    if (this.pumping) return;
    this.pumping = true;
    clearTimeout(this.timer);
    let entry = this.head();
    while (entry && (await this.begin()) && (await this.deliver(entry))) entry = this.head();
    this.pumping = false;
    this.changed();
  }

  head() {
    const first = this.ended ? null : this.waiting.find((e) => e.state !== "refused");
    return first?.state === "failed" ? null : first;
  }

  async deliver(entry) {
    const { epoch } = this;
    entry.state = "sending";
    this.changed();
    try {
      const answer = await this.api.send({ id: entry.id, ...entry.body });
      this.reached();
      if (epoch === this.epoch) await this.answered(entry, answer);
      else entry.state = "waiting"; // the old chat was deleted meanwhile: say it in the new one
      return true;
    } catch (problem) {
      return this.failed(entry, problem);
    }
  }

  async answered(entry, answer) {
    const first = answer.messages.find((m) => m.seq)?.seq ?? 0;
    if (first > this.lastSeq + 2) await this.sync();
    entry.state = "sent";
    entry.seq ||= first - 1;
    if (answer.assessment) this.assessment = answer.assessment;
    this.absorb(answer.messages);
    this.channel?.postMessage("news");
  }

  /* Trouble. */

  /** True when the next message can go out all the same. */
  failed(entry, problem) {
    entry.state = "waiting";
    this.absorb(problem.body?.messages ?? [], entry);
    if (problem.status === 401 || problem.status === 404) return this.end(problem.status);
    if (problem.status === 400 || problem.status === 413) return this.refuse(entry, problem.status);
    this.lost(problem);
    return false;
  }

  end(status) {
    this.api.token.value = null;
    this.forgetSession(status === 401 ? "expired" : "gone");
    return false;
  }

  refuse(entry, status) {
    entry.state = "refused";
    entry.place = this.lastSeq + 0.25; // it stays where it was said
    entry.problem = status === 413 ? "long" : entry.body.payload ? "stale" : "refused";
    this.sync();
    return true;
  }

  /** No line, or a server in trouble: try again after a pause, a while by itself. */
  lost(problem) {
    if (problem.body?.messages && !this.waiting.length) this.absorb(problem.body.messages);
    this.unreachable = true;
    this.tries += 1;
    const gaveUp = this.tries >= MOST_TRIES && navigator.onLine;
    for (const entry of this.waiting) if (entry.state !== "refused") entry.state = gaveUp ? "failed" : "waiting";
    if (gaveUp || !this.waiting.length) return;
    const seconds = problem.wait || Math.min(2 ** (this.tries - 2), LONGEST_PAUSE);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.pump(), seconds * 1000);
  }

  reached() {
    this.tries = 0;
    this.unreachable = false;
  }

  /* Taking in what the server says. */

  /** What came since the last look; one look at a time. */
  sync() {
    if (!this.started) return Promise.resolve();
    this.looking ||= this.look().finally(() => { this.looking = null; });
    return this.looking;
  }

  async look() {
    const { epoch } = this;
    try {
      const { messages } = await this.api.read(this.lastSeq);
      if (epoch !== this.epoch) return;
      this.reached();
      this.absorb(messages);
    } catch (problem) {
      if (problem.status === 401 || problem.status === 404) this.end(problem.status);
      else this.unreachable = true;
      this.changed();
    }
  }

  absorb(messages, owner = null) {
    const fresh = messages.filter((m) => !this.knows(m)).map((m) => this.add({ ...m, owner }));
    for (const { seq } of messages) this.lastSeq = Math.max(this.lastSeq, seq || 0);
    this.changed(fresh.filter((entry) => entry.from === "bot"));
  }

  knows(message) {
    const own = message.id && this.entries.find((e) => e.id === message.id);
    if (own) return Object.assign(own, { seq: message.seq, state: "sent" });
    return this.entries.some((e) => e.epoch === this.epoch && e.from === message.from
      && (message.seq ? e.seq === message.seq : !e.seq && e.text === message.text));
  }

  add(message) {
    const entry = { state: "sent", ...message, epoch: this.epoch, order: (this.count += 1) };
    this.entries.push(entry);
    return entry;
  }

  changed(fresh = []) {
    this.entries.sort((a, b) => a.epoch - b.epoch || place(a) - place(b) || a.order - b.order);
    this.onchange(fresh);
  }
}

/* By the server's count; what has none yet stays at the end, a safety text below its message. */
function place(entry) {
  if (entry.seq || entry.place) return entry.seq || entry.place;
  if (entry.owner) return place(entry.owner) + 0.5;
  return entry.from === "note" ? -1 : Infinity;
}
