// How one answer looks: its text as it grows, the markers in it, its sources, its timings, and what went wrong.

import { copy, el, icon, renew } from "./dom.js";
import { highlight } from "./highlighting.js";
import { render } from "./markdown.js";
import { explain } from "./problems.js";
import { duration, t } from "./words.js";

const PACE_MS = 60; // between two drawings of a text that grows

/** An answer on the page. `on` has openSource(answer, number, opener), retry(), showRequest(body) and chooseKey(). */
export class Answer {
  constructor(on) {
    this.on = on;
    this.text = "";
    this.sources = new Map(); // number -> {number, title, url, quote, page}
    this.timings = {};
    this.request = null;
    this.body = el("div", { class: "text" });
    this.foot = el("footer");
    this.element = el("article", { class: "answer" }, this.body, this.foot);
    this.how = null; // it ended, once it has
    this.timer = 0;
  }

  /** It is being written. */
  begin() {
    this.element.setAttribute("aria-busy", "true");
    this.body.replaceChildren(el("p", { class: "faint waiting" }, t("thinking")));
  }

  /** More of its text. */
  write(text) {
    this.text += text;
    this.timer ||= setTimeout(() => this.draw(), PACE_MS);
  }

  /** Where its markers lead; an annotation's places count code points of the whole text. */
  cite(citations) {
    const points = Array.from(this.text);
    for (const citation of citations) {
      const marker = points.slice(citation.start_index, citation.end_index).join("");
      const number = Number(/^\[(\d+)\]$/.exec(marker)?.[1]);
      if (number) this.sources.set(number, { ...this.sources.get(number), number, title: citation.title, url: citation.url });
    }
  }

  /** What else is known of its sources: their quotes and pages. */
  describe(sources) {
    for (const source of sources) {
      const cited = this.sources.get(source.index);
      if (cited) Object.assign(cited, { quote: source.quote, page: source.page, filename: source.filename });
    }
  }

  /** It came to an end: `state` names the word for one that is not whole, `problem` is what went wrong. */
  end({ state = null, problem = null, isLast = true } = {}) {
    clearTimeout(this.timer);
    this.how = { state, problem, isLast };
    this.element.removeAttribute("aria-busy");
    this.element.setAttribute("aria-label", t("answer"));
    this.draw();
    if (!this.text) this.body.replaceChildren(...(state || problem ? [] : [el("p", { class: "faint" }, t("empty"))]));
    highlight(this.body);
    this.foot.replaceChildren();
    if (problem) this.foot.append(explain(problem, this.on));
    if (this.sources.size) this.foot.append(this.#sourceList());
    this.foot.append(this.#line(state, isLast));
  }

  /** Its text once more, in the language of the page and with the markers that are known by now. */
  draw() {
    this.timer = 0;
    if (this.text) renew(this.body, render(this.text, (number) => this.#marker(number)));
  }

  /** Only the last answer can be asked for again. */
  settle() {
    if (this.how) this.how.isLast = false;
    this.foot.querySelector(".retry")?.remove();
  }

  /** The language of the page has changed. */
  translate() {
    if (this.how) this.end(this.how);
  }

  #marker(number) {
    const source = this.sources.get(number);
    if (!source) return null;
    const label = t("sourceOf", { number, title: source.title });
    const button = el("button", { type: "button", class: "marker", "aria-label": label, title: source.title }, String(number));
    button.addEventListener("click", () => this.on.openSource(this, number, button));
    return button;
  }

  #sourceList() {
    const items = [...this.sources.values()].sort((one, other) => one.number - other.number).map((source) => {
      const button = el("button", { type: "button", class: "source" }, el("b", {}, String(source.number)), source.title);
      button.addEventListener("click", () => this.on.openSource(this, source.number, button));
      return el("li", {}, button);
    });
    return el("ul", { class: "sources", "aria-label": t("sources") }, ...items);
  }

  #line(state, isLast) {
    const line = el("div", { class: "line" });
    if (this.text) line.append(this.#action("copy", t("copy"), "copy", (button) => this.#copied(button)));
    if (isLast) line.append(this.#action("retry", t("retry"), "retry", () => this.on.retry()));
    if (this.request) line.append(this.#action("code", t("showRequest"), "request", () => this.on.showRequest(this.request)));
    if (state) line.append(el("span", { class: "state" }, t(state)));
    if (this.timings.total) line.append(this.#times());
    return line;
  }

  #action(picture, label, name, work) {
    const button = el("button", { type: "button", class: `plain small ${name}` }, icon(picture), el("span", {}, label));
    button.addEventListener("click", () => work(button));
    return button;
  }

  async #copied(button) {
    if (await copy(this.text)) button.lastChild.textContent = t("copied");
  }

  #times() {
    const named = [["retrieval", this.timings.retrieve], ["firstWord", this.timings.first], ["total", this.timings.total]];
    const told = named.filter(([, time]) => time !== undefined).map(([name, time]) => `${t(name)} ${duration(time)}`);
    return el("span", { class: "times", role: "group", "aria-label": t("timings") }, told.join(" · "));
  }
}
