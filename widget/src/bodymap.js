/* The body map: a picture and a list of the same places, kept in step. */

import { joined, labels, settle } from "./choices.js";
import { button, draw, freshId, make } from "./dom.js";
import { HEIGHT, SIDED, WIDTH, regions } from "./figure.js";
import { MAP, WORDS } from "./words.js";

const KEYS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
const VIEWS = ["front", "back"];

/** An Answering (see choices.js) for a question of the kind `body_map`. */
export class BodyMap {
  constructor(options, single, say) {
    this.options = options;
    this.all = [...options, ...single];
    this.say = say;
    /** Chosen places as "calf left" or "neck". */
    this.picked = new Set();
    this.controls = [];
    this.build(single);
    this.show("picture");
    this.update();
  }

  build(single) {
    const press = ({ payload, label }) => this.say.choose(payload, label);
    this.picture = make("div", { class: "figures" }, ...VIEWS.map((view) => this.figure(view)));
    this.list = make("div", { class: "grid" }, ...this.options.map((option) => this.rowOf(option)));
    this.extra = make("div", { class: "grid" }, ...this.options.filter((o) => !this.drawn(o)).map((o) => this.rowOf(o)));
    this.said = make("p", { class: "picked" });
    this.confirm = button(WORDS.confirm, "primary", () => this.send());
    this.tabs = ["picture", "list"].map((name) => button(MAP[name], "tab", () => this.show(name)));
    this.element = make("fieldset", { class: "ticks bodymap" }, make("legend", {}, MAP.hint),
      make("div", { class: "tabs", role: "group", "aria-label": MAP.how }, ...this.tabs),
      this.picture, this.extra, this.list, this.said,
      make("div", { class: "choices" }, this.confirm, ...single.map((o) => button(o.label, "choice", () => press(o)))));
  }

  drawn({ id }) { return VIEWS.some((view) => regions(view).some(({ location }) => location === id)); }

  show(name) {
    this.list.hidden = name !== "list";
    this.picture.hidden = this.extra.hidden = name !== "picture";
    this.tabs.forEach((tab, i) => tab.setAttribute("aria-pressed", String((i === 0) === (name === "picture"))));
  }

  /* The picture */

  figure(view) {
    const known = regions(view).map((region) => ({ ...region, option: this.options.find((o) => o.id === region.location) }));
    const live = known.filter(({ option }) => option);
    const shapes = live.map((region) => this.region(region));
    const halos = live.map((region, i) => this.halo(region, shapes[i]));
    const still = known.filter(({ option }) => !option).map((region) => shape(region, { class: "still" }));
    shapes.forEach((one, i) => one.setAttribute("tabindex", i ? "-1" : "0"));
    const caption = freshId("figure");
    const sides = view === "front" ? [MAP.right, MAP.left] : [MAP.left, MAP.right];
    return make("div", { class: "figure", role: "group", "aria-labelledby": caption, onkeydown: (event) => move(event, shapes) },
      make("p", { id: caption, class: "caption" }, MAP[view]),
      draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}` }, ...halos, ...still, ...shapes),
      make("p", { class: "sides", "aria-hidden": "true" }, ...sides.map((side) => make("span", {}, side))));
  }

  region(region) {
    const key = keyOf(region.location, region.side);
    const one = shape(region, { class: "region", role: "checkbox", "aria-checked": "false", "aria-label": this.labelOf(key) });
    one.append(draw("title", {}, this.labelOf(key)));
    one.addEventListener("click", () => this.toggle(key));
    one.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      this.toggle(key);
    });
    this.controls.push({ key, set: (on) => one.setAttribute("aria-checked", String(on)) });
    return one;
  }

  /** A wide rim around a region that takes a finger which just missed it. */
  halo(region, one) {
    const rim = shape(region, { class: "halo" });
    rim.addEventListener("click", () => one.dispatchEvent(new MouseEvent("click")));
    return rim;
  }

  /* The list */

  rowOf(option) {
    if (!SIDED.has(option.id)) return this.tick(option.label, keyOf(option.id, ""));
    const id = freshId("place");
    return make("div", { class: "place", role: "group", "aria-labelledby": id }, make("span", { id }, option.label),
      ...["left", "right"].map((side) => this.tick(MAP[side], keyOf(option.id, side))));
  }

  tick(label, key) {
    const box = make("input", { type: "checkbox", onchange: () => this.toggle(key) });
    this.controls.push({ key, set: (on) => { box.checked = on; } });
    return make("label", { class: "tick" }, box, label);
  }

  /* What is chosen */

  toggle(key) {
    if (!this.picked.delete(key)) this.picked.add(key);
    this.update();
  }

  update() {
    for (const { key, set } of this.controls) set(this.picked.has(key));
    this.confirm.disabled = !this.picked.size;
    this.said.textContent = this.picked.size ? MAP.chosen + this.text() : MAP.none;
  }

  labelOf(key) {
    const [id, side] = key.split(" ");
    const { label } = this.options.find((option) => option.id === id);
    return side ? `${MAP[side]} ${label.toLowerCase()}` : label;
  }

  /** "Calf (left), Shoulder (left and right), Neck": each place once. */
  text() {
    return this.chosen().map(({ id, label }) => {
      const sides = ["left", "right"].filter((side) => this.picked.has(keyOf(id, side)));
      return sides.length ? `${label} (${sides.map((side) => MAP[side].toLowerCase()).join(MAP.and)})` : label;
    }).join(", ");
  }

  chosen() {
    const ids = new Set([...this.picked].map((key) => key.split(" ")[0]));
    return this.options.filter(({ id }) => ids.has(id));
  }

  /** The question's own choices know no sides: these are said in words. With the chest among
      the places the choices go out as they are, as words about chest and arm mean a heart. */
  send() {
    const sided = [...this.picked].some((key) => key.includes(" "));
    if (sided && !this.picked.has("chest_wall")) this.say.say(this.text());
    else this.say.choose(joined(this.chosen()), labels(this.chosen()));
  }

  close(said) { settle(this.element, this.all, said.replace(/ \([^)]*\)/g, "")); }
}

const keyOf = (location, side) => (side ? `${location} ${side}` : location);

function shape({ path, mirrored }, attributes) {
  const flip = mirrored ? { transform: `translate(${WIDTH} 0) scale(-1 1)` } : {};
  return draw("path", { d: path, ...flip, ...attributes });
}

/** Arrow keys walk over the regions of one figure; only one of them is a stop of the Tab key. */
function move(event, shapes) {
  const step = KEYS[event.key];
  const here = shapes.indexOf(event.target);
  if (!step || here < 0) return;
  event.preventDefault();
  const next = shapes[(here + step + shapes.length) % shapes.length];
  event.target.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}
