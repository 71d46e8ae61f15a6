/* Elements without markup strings: nothing a person or the bot wrote is ever read as HTML. */

const SVG = "http://www.w3.org/2000/svg";

/** An element with properties and children. `on...` are listeners, `class` and `aria-...` attributes. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  assign(element, properties);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** The same for SVG, where all properties are attributes. */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  assign(element, attributes, true);
  element.append(...children);
  return element;
}

function assign(element, properties, svg = false) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (svg || name === "class" || name === "role" || name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
}

/** A button that does not send a form. */
export function button(label, className, onclick, properties = {}) {
  return make("button", { type: "button", class: className, onclick, ...properties }, label);
}

/** Text that only screen readers get. */
export const unseen = (text) => make("span", { class: "unseen" }, text);

let count = 0;
/** An id that is free in every shadow root of the page. */
export const freshId = (name) => `${name}-${(count += 1)}`;

/** A link that calls a number. */
export function phoneLink(number, className = "", text = number) {
  return make("a", { class: className, href: `tel:${number.replace(/[^+0-9]/g, "")}` }, text);
}
