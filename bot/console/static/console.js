// Keys, local times and live news. Every page works without this file.
(() => {
  "use strict";

  const byId = (id) => document.getElementById(id);
  const inField = (target) => target.closest("input, textarea, select, [contenteditable]");

  // Where the clinic has not said its time zone: times of this browser.
  const shown = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const localize = (root) => {
    for (const time of root.querySelectorAll("time[data-local]")) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.getTime())) {
        time.title = time.textContent;
        time.textContent = shown.format(at);
      }
    }
  };
  localize(document);

  // The readings that fit what was misread.
  const kind = byId("kind");
  const value = byId("value");
  const fit = () => {
    for (const group of value.querySelectorAll("optgroup")) {
      const fits = !kind.value || group.dataset.kind === kind.value;
      group.hidden = !fits;
      group.disabled = !fits;
    }
    const chosen = value.selectedOptions[0];
    if (chosen && chosen.parentElement.disabled) value.value = "";
  };
  if (kind && value) {
    kind.addEventListener("change", fit);
    fit();
  }

  // What is chosen of a long row of links stands in view.
  for (const one of document.querySelectorAll(".tabs [aria-current]")) {
    one.scrollIntoView({ block: "nearest", inline: "center" });
  }

  // Keys.
  const help = byId("keys");
  const openHelp = () => help && !help.open && help.showModal();
  for (const button of document.querySelectorAll("[data-help]")) {
    button.hidden = false;
    button.addEventListener("click", openHelp);
  }
  const step = (by) => {
    const rows = [...document.querySelectorAll("#list a.open")];
    if (!rows.length) return false;
    const at = rows.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by;
    const row = rows[Math.min(rows.length - 1, Math.max(0, next))];
    row.focus();
    row.scrollIntoView({ block: "nearest" });
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (inField(event.target) || (help && help.open)) return;
    const { key } = event;
    if (key === "?") openHelp();
    else if (key === "/" && byId("q")) byId("q").focus();
    else if (key === "v" && byId("first-verdict")) byId("first-verdict").focus();
    else if ((key === "j" && step(1)) || (key === "k" && step(-1))) {
      // moved
    } else if (/^[a-z]$/.test(key)) {
      const control = document.querySelector(`[data-key="${key}"]`);
      if (!control) return;
      control.click();
    } else return;
    event.preventDefault();
  });

  // News: urgent conversations as they arrive.
  const live = byId("live");
  const source = document.body.dataset.live;
  const KINDS = { emergency: "Emergency", urgent: "Urgent", request: "Appointment request" };
  const refresh = async () => {
    const list = byId("list");
    if (!list || list.contains(document.activeElement)) return;
    const answer = await fetch(window.location.href, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of ["#list", ".tabs", ".counts"]) {
      const [old, fresh] = [document.querySelector(part), page.querySelector(part)];
      if (old && fresh) {
        localize(fresh);
        old.replaceWith(fresh);
      }
    }
  };
  if (live && source && "EventSource" in window) {
    const news = new EventSource(source);
    news.addEventListener("alert", (event) => {
      const told = JSON.parse(event.data);
      const link = document.createElement("a");
      link.href = document.body.dataset.conversation + encodeURIComponent(told.id);
      link.textContent = `${KINDS[told.kind] || "News"}: conversation ${told.id.slice(0, 8)}`;
      const line = document.createElement("p");
      line.className = `notice ${told.kind}`;
      line.append(link);
      live.prepend(line);
      while (live.children.length > 5) live.lastElementChild.remove();
      refresh().catch(() => {});
    });
    window.addEventListener("pagehide", () => news.close());
  }
})();
