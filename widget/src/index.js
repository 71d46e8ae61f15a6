/* Starts the chat that the page's script tag asks for:

     <script src="https://bot.example/static/widget.js" data-clinic="..." data-phone="..." defer></script> */

import { ChatElement, NAME } from "./element.js";
import { readConfig } from "./config.js";

const script = document.currentScript ?? document.querySelector("script[data-clinic][src*='widget.js']");

if (!customElements.get(NAME)) customElements.define(NAME, ChatElement);
if (script) place(script);

function place(tag) {
  const config = readConfig(tag);
  const put = () => {
    const chat = document.createElement(NAME);
    chat.config = config;
    const target = config.target && document.querySelector(config.target);
    if (target) target.replaceChildren(chat);
    else if (config.mode === "inline") tag.after(chat);
    else document.body.append(chat);
  };
  if (document.body && document.readyState !== "loading") put();
  else addEventListener("DOMContentLoaded", put, { once: true });
}
