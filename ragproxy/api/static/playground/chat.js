// The conversation in hand: asking in it, stopping, asking again, opening another one.

import { call, Problem } from "./api.js";
import { Answer } from "./answers.js";
import { ask, bodyFor } from "./asking.js";
import { announce } from "./dom.js";
import { History, settled, takeBack } from "./history.js";
import { note, noted } from "./settings.js";
import * as thread from "./thread.js";
import { t } from "./words.js";

const LONGEST_TITLE = 80; // characters
const SAID_ALOUD = 2000; // characters of an answer

/** One conversation at a time. `on` has changed(), began(id, title) and what an Answer needs. */
export class Chat {
  constructor(on) {
    this.on = { ...on, retry: () => this.retry() };
    this.id = null;
    this.last = null; // {question, answer, view, wait}: what can be asked again
    this.answers = [];
    this.history = null;
    this.stopping = null; // of the answer that is being written
  }

  get isAsking() {
    return this.stopping !== null;
  }

  /** Leave this conversation for a new one. */
  reset() {
    this.stop();
    Object.assign(this, { id: null, last: null, history: null, stopping: null, answers: [] });
    thread.clear();
    this.on.changed();
  }

  /** Show a conversation that the server keeps. A Problem when it is not there. */
  async open(id) {
    this.reset();
    const history = (this.history = new History(id));
    const left = JSON.parse(noted("left") ?? "null");
    note("left", null);
    const messages = left?.id === id ? await settled(history, left.question) : await history.earlier();
    if (this.history !== history) return; // another was opened meanwhile
    this.id = id;
    thread.append(...this.#shown(messages, true));
    this.on.changed();
    thread.follow();
  }

  /** Show what was said before; whether there is more. */
  async earlier() {
    const history = this.history;
    const messages = await history.earlier();
    if (this.history === history) thread.prepend(...this.#shown(messages, false));
    this.on.changed();
  }

  /** Ask. */
  async send(question) {
    this.last?.answer.settle();
    const answer = this.#made();
    const view = thread.questionView(question);
    this.last = { question, answer, view, wait: false };
    thread.append(view, answer.element);
    thread.follow();
    await this.#answer(question, answer);
  }

  /** Break the answer off; what was said stays. */
  stop() {
    this.stopping?.abort();
  }

  /** Ask the last question once more: its answer goes, and another one comes. */
  async retry() {
    if (this.isAsking || !this.last) return;
    const { question, answer, view, wait } = this.last;
    const { problem: failed, state } = answer.how;
    const isKept = answer.text !== "" || !(failed || state === "stopped"); // nothing is before the first word
    this.stopping = new AbortController();
    this.on.changed();
    try {
      if (this.id && isKept) await takeBack(this.id, question, answer.text, wait);
    } catch (problem) {
      answer.end({ problem });
      return;
    } finally {
      this.stopping = null;
      this.on.changed();
    }
    answer.element.remove();
    view.remove();
    this.answers = this.answers.filter((each) => each !== answer);
    await this.send(question);
  }

  /** The page is left while an answer comes: the next one asks the server what became of it. */
  leave() {
    if (this.isAsking && this.id) note("left", JSON.stringify({ id: this.id, question: this.last.question }));
  }

  /** The language of the page has changed. */
  translate() {
    for (const answer of this.answers) answer.translate();
  }

  #made() {
    const answer = new Answer(this.on);
    this.answers.push(answer);
    return answer;
  }

  async #answer(question, answer) {
    const stopping = (this.stopping = new AbortController());
    const isNew = this.id === null;
    const told = { finish: null, began: performance.now() };
    this.on.changed();
    announce(t("thinking"));
    answer.begin();
    try {
      answer.request = bodyFor(question, this.id);
      if (!answer.request.model) throw new Problem(t("noModel"), { status: 400 });
      for await (const piece of ask(answer.request, stopping.signal)) this.#take(piece, answer, told, stopping, question, isNew);
      this.#ended(answer, told, { state: told.finish === "length" ? "cutByLimit" : null });
    } catch (problem) {
      const isStopped = problem.name === "AbortError";
      if (this.last?.answer === answer) this.last.wait = true;
      if (!isStopped && !(problem instanceof Problem)) throw problem;
      this.#ended(answer, told, isStopped ? { state: "stopped" } : { problem });
    } finally {
      if (this.stopping === stopping) this.stopping = null;
      this.on.changed();
    }
  }

  #take(piece, answer, told, stopping, question, isNew) {
    if (piece.timings) answer.timings.retrieve = piece.timings.retrieve;
    if (piece.text) {
      answer.timings.first ??= performance.now() - told.began;
      answer.write(piece.text);
    }
    if (piece.citations) answer.cite(piece.citations);
    if (piece.sources) answer.describe(piece.sources);
    if (piece.finish) told.finish = piece.finish;
    if (piece.conversation && isNew && !this.id && this.stopping === stopping) this.#begun(piece.conversation, question);
  }

  #begun(id, question) {
    this.id = id;
    const title = titleOf(question);
    this.on.began(id, title);
    // without its title the conversation is as good: it is listed under its day
    call(`/v1/conversations/${encodeURIComponent(id)}`, { method: "POST", body: { metadata: { title } } })
      .catch(() => {})
      .finally(() => this.on.titled());
  }

  #ended(answer, told, how) {
    answer.timings.total = performance.now() - told.began;
    answer.end({ ...how, isLast: this.last?.answer === answer });
    const said = how.problem ? "" : t("answered", { text: answer.text.slice(0, SAID_ALOUD) });
    announce(how.state ? t(how.state) : said); // a problem is an alert, which says itself
  }

  #shown(messages, areNewest) {
    const elements = [];
    messages.forEach((message, place) => {
      if (message.role === "user") {
        elements.push(thread.questionView(message.text));
        if (areNewest) this.last = { question: message.text, answer: null, view: elements.at(-1), wait: false };
        return;
      }
      const isLast = areNewest && place === messages.length - 1;
      const answer = this.#restored(message, isLast && this.last !== null);
      elements.push(answer.element);
      if (isLast && this.last) this.last.answer = answer;
    });
    if (areNewest && this.last && !this.last.answer) elements.push(this.#unanswered());
    return elements;
  }

  #restored(message, isLast) {
    const answer = this.#made();
    answer.text = message.text;
    answer.cite(message.citations);
    answer.end({ state: message.isWhole ? null : "brokenOff", isLast });
    return answer;
  }

  #unanswered() {
    const answer = this.#made();
    this.last.answer = answer;
    answer.end({ state: "brokenOff" });
    return answer.element;
  }
}

function titleOf(question) {
  const line = question.trim().split("\n")[0].replace(/\s+/g, " ");
  return line.length > LONGEST_TITLE ? `${line.slice(0, LONGEST_TITLE - 1).trimEnd()}…` : line;
}
