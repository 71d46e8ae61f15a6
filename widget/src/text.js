/* Texts of the bot as elements: paragraphs, lists, and phone numbers as links. */

import { make, phoneLink } from "./dom.js";

const HELP_LINE = "1-8\\d{2}-\\d{3}-\\d{4}"; // other numbers may be the patient's own
const BULLET = "- ";
const LABEL = /^([A-Z][^:.?!]{1,60}): (?=\S)/;

/** Turns texts into elements. `numbers`: phone numbers that the page knows. */
export class Texts {
  constructor(numbers) {
    this.numbers = numbers.filter(Boolean);
    const known = this.numbers.map((n) => n.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    this.pattern = new RegExp(`(?<![\\d-])(${[...known, HELP_LINE].join("|")})(?![\\d-])`, "g");
  }

  /** What the bot said: lines that begin with a dash become lists, a line above one its heading. */
  rich(text) {
    const blocks = [];
    let list = null;
    for (const line of text.split("\n").filter((each) => each.trim())) {
      if (line.startsWith(BULLET)) {
        if (!list) blocks.push((list = make("ul")));
        list.append(make("li", {}, ...this.labelled(line.slice(BULLET.length))));
      } else {
        list = null;
        blocks.push(make("p", line.endsWith(":") ? { class: "lead" } : {}, ...this.linked(line)));
      }
    }
    return blocks;
  }

  /** A line with its label, as in "Warmth: Put something warm on it", in bold. */
  labelled(line) {
    const label = LABEL.exec(line);
    if (!label) return this.linked(line);
    return [make("b", {}, `${label[1]}: `), ...this.linked(line.slice(label[0].length))];
  }

  linked(line) {
    return line.split(this.pattern).map((part, i) => (i % 2 ? phoneLink(part) : part));
  }

  /** Phone numbers in a text, in the order in which it names them. */
  called(text) {
    return [...new Set([...text.matchAll(this.pattern)].map((found) => found[1]))];
  }
}
