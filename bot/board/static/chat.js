// The chat on the second phone's screen: bubbles with buttons and documents, and the key that shares one's own number.

import { documentAddress } from "./api.js";
import { el } from "./dom.js";
import { linked } from "./links.js";
import { Rows } from "./rows.js";
import { silence, waiting, why } from "./thread.js";
import { digits, local, minutes, t } from "./words.js";

/** What stands before a message that was not typed. */
const MARKS = { press: "☑", contact: "☎", start: "▶" };

export class Chat {
  #place;
  #rows;
  #calls;
  #from = "";

  /** `send(what, text)`, `explain(inboxId)`, `retry(pending)` and `follow(token)` are called when the reader asks for it. */
  constructor(place, calls) {
    this.#place = place;
    this.#rows = new Rows(place.querySelector("ol"));
    this.#calls = calls;
    this.#one("#hello-start").addEventListener("click", () => calls.send({ text: "/start" }, "/start"));
    this.#one("#share").addEventListener("click", () => calls.send({ contact: true }, this.#one("#share").textContent));
  }

  /** Show the chat of the person with the number `from`; `chat` is null where he can have none, undefined before it is known. */
  show(from, chat, pending, selected) {
    this.#from = from;
    const messages = chat?.messages ?? [];
    this.#rows.show(messages, pending, selected, (node, message) => this.#draw(node, message));
    this.#standsFor(chat);
    this.#hello(chat, messages.length + pending.length === 0);
    this.#share(messages, pending);
    this.#press(pending);
  }

  /** It can be seen again: its newest message should be. */
  seen() {
    this.#rows.toEnd();
  }

  #standsFor(chat) {
    const line = this.#one("#stands-for");
    line.classList.toggle("linked", Boolean(chat?.number));
    const said = chat?.number ? t("chat.linked", { phone: digits(local(chat.number)) }) : t("chat.unlinked");
    if (line.textContent !== said) line.textContent = said;
  }

  #hello(chat, empty) {
    this.#one("#hello").hidden = !empty;
    this.#one("#hello-start").hidden = chat === null;
    this.#one("#hello-text").textContent = t(chat === null ? "chat.none" : "chat.hello");
    for (const part of this.#place.querySelectorAll(".compose textarea, .compose button")) part.disabled = chat === null;
  }

  /** The key that shares the number is there while the newest message asks for it. */
  #share(messages, pending) {
    const newest = messages.findLast((message) => message.direction === "out");
    const key = this.#one("#share");
    key.hidden = !newest?.contact;
    if (newest?.contact) key.textContent = newest.contact;
    busy(key, pending.some((one) => one.what.contact && !one.failed));
  }

  /** A button looks pressed until its answer is there. It keeps the focus. */
  #press(pending) {
    const pressed = pending.filter((one) => one.what.press && !one.failed).map((one) => `${one.what.press.message}:${one.what.press.choice}`);
    for (const button of this.#place.querySelectorAll("[data-press]")) busy(button, pressed.includes(button.dataset.press));
  }

  #draw(node, message) {
    if (message.direction === "in") this.#incoming(node, message);
    else if (message.direction === "out") this.#outgoing(node, message);
    else waiting(node, message, this.#calls.retry);
  }

  #incoming(node, message) {
    const mark = MARKS[message.how];
    node.className = `message mine ${message.how}`;
    node.replaceChildren(
      el("div", { class: "bubble" },
        el("p", { class: "said", dir: "auto" },
          mark ? el("span", { class: "how", role: "img", "aria-label": t(`how.${message.how}`), title: t(`how.${message.how}`), text: mark }) : null,
          message.how === "contact" ? t("how.contact") : message.text),
        this.#facts(message, message.id)),
      ...silence(message));
  }

  #outgoing(node, message) {
    node.className = `message theirs ${message.state}`;
    const [said] = linked([message.text], this.#calls.follow);
    const bubble = el("div", { class: "bubble" },
      message.document ? this.#file(message) : null,
      el("p", { class: "said", dir: "auto" }, said),
      this.#facts(message, message.in_reply_to));
    const drawn = node.querySelector(".bubble");
    const offered = JSON.stringify(message.buttons);
    if (drawn && node.dataset.offered === offered) drawn.replaceWith(bubble); // its buttons stay, and the focus or finger on one of them
    else node.replaceChildren(bubble, ...(message.buttons.some(Boolean) ? [this.#buttons(message)] : []));
    node.dataset.offered = offered;
  }

  #facts(message, inboxId) {
    const left = message.direction === "in" || message.state === "delivered";
    return el("p", { class: "facts" },
      left ? null : el("span", { class: `state ${message.state}`, text: `${t(`state.${message.state}`)} ` }),
      message.error ? el("span", { class: "error", text: `${message.error} ` }) : null,
      `${minutes(new Date(message.settled_at ?? message.at))} `,
      inboxId ? why(inboxId, this.#calls.explain) : null);
  }

  #buttons(message) {
    return el("ul", { class: "buttons", "aria-label": t("chat.buttons") }, message.buttons.map((label, index) => {
      if (!label) return null; // withdrawn for the moment: the others keep their numbers
      const press = { message: message.id, choice: index + 1 };
      return el("li", {}, el("button", {
        type: "button", "data-press": `${press.message}:${press.choice}`, text: label,
        on: { click: (event) => this.#pressed(event.currentTarget, press, label) },
      }));
    }));
  }

  #pressed(button, press, label) {
    if (button.getAttribute("aria-busy") === "true") return; // its answer is on the way
    this.#calls.send({ press }, label);
  }

  #file(message) {
    const { kind, format } = message.document;
    const name = t(`file.${kind}`);
    const href = documentAddress(message.id, this.#from);
    const opens = { href, target: "_blank", rel: "noopener" };
    if (kind === "qr") return el("a", { class: "picture", ...opens }, el("img", { src: href, alt: name, width: 200, height: 200 }));
    if (format === "png") return el("a", { class: "picture", ...opens }, el("img", { src: href, alt: name, on: { load: (event) => this.#pictured(event.currentTarget) } }));
    return el("a", { class: "file", ...opens },
      el("span", { class: `sheet ${format}`, "aria-hidden": "true", text: format.toUpperCase() }),
      el("span", { class: "file-name" }, el("strong", { text: name }), el("small", { text: t("file.open", { format: format.toUpperCase() }) })));
  }

  /** A picture knows its height only now: that of the newest message pushed its end off the screen. */
  #pictured(image) {
    if (image.closest(".message")?.nextElementSibling === null) this.#rows.toEnd();
  }

  #one(selector) {
    return this.#place.querySelector(selector);
  }
}

function busy(button, on) {
  if (on) button.setAttribute("aria-busy", "true");
  else button.removeAttribute("aria-busy");
}
