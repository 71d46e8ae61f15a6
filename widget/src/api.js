/* The website channel, and the one thing that is kept in the browser: the token. */

const KEY = "spasm-triage-token";
const PATIENCE = 20_000; // milliseconds for one request

/** An answer other than 2xx. `status`, `body`, and `wait` in seconds if the server asks for it. */
export class Refused extends Error {
  constructor(status, body, wait) {
    super(`status ${status}`);
    Object.assign(this, { status, body, wait });
  }
}

/** The token of this browser's conversation; in memory only where storage is forbidden. */
export class Token {
  constructor() {
    this.memory = null;
    /** Called with the new token when another tab changes it. */
    this.onchange = () => {};
    addEventListener("storage", (event) => {
      if (event.key === KEY || event.key === null) this.onchange(this.value);
    });
  }

  get value() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return this.memory;
    }
  }

  set value(token) {
    this.memory = token;
    try {
      if (token) localStorage.setItem(KEY, token);
      else localStorage.removeItem(KEY);
    } catch { /* storage is forbidden: the chat then ends with the page */ }
  }
}

/** Calls of the contract. Throws Refused, or what fetch throws when there is no line. */
export class Api {
  constructor(base) {
    this.base = base;
    this.token = new Token();
  }

  begin() {
    const page = location.origin + location.pathname;
    return this.call("POST", "sessions", { page, locale: navigator.language });
  }

  send(message) { return this.call("POST", "messages", message); }

  read(after) { return this.call("GET", `messages?after=${after}`); }

  remove() { return this.call("DELETE", "session"); }

  record() { return this.call("GET", "record"); }

  async call(method, path, body) {
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(), PATIENCE);
    try {
      return await this.unpack(await fetch(`${this.base}/${path}`, this.options(method, body, waiting.signal)));
    } finally {
      clearTimeout(timer);
    }
  }

  options(method, body, signal) {
    const headers = body ? { "Content-Type": "application/json" } : {};
    const token = this.token.value;
    if (token && body?.page === undefined) headers.Authorization = `Bearer ${token}`;
    return {
      method, headers, signal, body: body && JSON.stringify(body), credentials: "omit",
      referrerPolicy: "no-referrer", cache: "no-store",
      keepalive: method === "POST", // what is on its way survives a reload
    };
  }

  async unpack(answer) {
    if (answer.status === 204) return {};
    const data = await answer.json().catch(() => null);
    if (!answer.ok) throw new Refused(answer.status, data || {}, Number(answer.headers.get("Retry-After")));
    if (data === null) throw new TypeError("cut off");
    return data;
  }
}

/** A random UUID, also on pages without TLS, where randomUUID is missing. */
export function newId() {
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
}
