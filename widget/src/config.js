/* What the page's script tag asks for. */

import { WORDS } from "./words.js";

/** Settings from the `data-` attributes of the script tag. */
export function readConfig(script) {
  const { dataset } = script;
  return {
    api: dataset.api ? new URL(dataset.api, document.baseURI).href : new URL("../webhooks/web", script.src).href,
    mode: dataset.mode === "inline" ? "inline" : "launcher",
    target: dataset.target || "",
    clinic: dataset.clinic || "the clinic",
    phone: dataset.phone || "",
    emergency: dataset.emergency || "911",
    crisis: dataset.crisis || "988",
    booking: webAddress(dataset.booking),
    logo: dataset.logo || "",
    title: dataset.title || WORDS.title,
    theme: ["light", "dark"].includes(dataset.theme) ? dataset.theme : "auto",
    dir: ["ltr", "rtl"].includes(dataset.dir) ? dataset.dir : "",
  };
}

/** Only addresses of the web: never `javascript:` and the like. */
function webAddress(text = "") {
  return /^https?:\/\//i.test(text) ? text : "";
}
