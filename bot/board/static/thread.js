// The messages on the phone's screen. Only what changed is drawn again, so that a screen reader hears a message once.

import { el } from "./dom.js";
import { digits, size, t, taka, time } from "./words.js";

export class Thread {
  #list;
  #drawn = new Map();
  #explain;
  #retry;

  /** `explain(inboxId)` and `retry(pending)` are called when the reader asks for it. */
  constructor(list, { explain, retry }) {
    this.#list = list;
    this.#explain = explain;
    this.#retry = retry;
  }

  /** Show stored messages, then those on their way to the gateway. */
  show(messages, pending, selected) {
    const stored = new Set(messages.map((message) => message.provider_id));
    const rows = [
      ...messages.map((message) => [`${message.direction}-${message.id}`, message]),
      ...pending.filter((one) => !stored.has(one.id)).map((one) => [`pending-${one.id}`, one]),
    ];
    const screen = this.#list.parentElement;
    const atEnd = screen.scrollHeight - screen.scrollTop - screen.clientHeight < 60;
    const before = this.#drawn.size;
    const kept = new Set(rows.map(([key]) => key));
    for (const [key, { node }] of this.#drawn) {
      if (!kept.has(key)) {
        node.remove();
        this.#drawn.delete(key);
      }
    }
    let previous = null;
    for (const [key, message] of rows) {
      const node = this.#draw(key, message);
      const place = previous === null ? this.#list.firstChild : previous.nextSibling;
      if (place !== node) this.#list.insertBefore(node, place);
      node.classList.toggle("selected", message.direction === "in" && message.id === selected);
      previous = node;
    }
    if (atEnd || this.#drawn.size > before) screen.scrollTop = screen.scrollHeight;
  }

  #draw(key, message) {
    const signature = JSON.stringify(message);
    const drawn = this.#drawn.get(key);
    if (drawn?.signature === signature) return drawn.node;
    const node = drawn?.node ?? el("li");
    if (message.direction === "in") this.#incoming(node, message);
    else if (message.direction === "out") this.#outgoing(node, message);
    else this.#pending(node, message);
    this.#drawn.set(key, { node, signature });
    return node;
  }

  #incoming(node, message) {
    node.className = "message mine";
    const silent = message.outcome === "silent" &&
      el("p", { class: "silence", text: t(known("silence", message.reason) ?? "silence.other", { reason: message.reason }) });
    node.replaceChildren(
      el("div", { class: "bubble" },
        el("p", { class: "said", dir: "auto", text: message.text }),
        el("p", { class: "facts" }, `${time(message.at)} · ${size(message)} `, this.#why(message.id))),
      ...(silent ? [silent] : []));
  }

  #outgoing(node, message) {
    node.className = `message theirs ${message.state}`;
    const many = message.parts.length > 1;
    const said = el("p", { class: "said", dir: "auto" });
    message.parts.forEach((part, index) => {
      said.append(el("span", { class: many ? `part part-${index % 2}` : "part", text: part }));
      if (index + 1 < message.parts.length) said.append(cut(index + 1, message.parts.length));
    });
    node.replaceChildren(
      el("div", { class: "bubble" }, said,
        el("p", { class: "facts" },
          `${channel(message.channel)} · ${size(message)} · ${taka(message.price)} `),
        el("p", { class: "facts" },
          el("span", { class: `state ${message.state}`, text: t(`state.${message.state}`) }),
          ` ${time(message.settled_at ?? message.submitted_at ?? message.at)} `,
          message.error ? el("span", { class: "error", text: message.error }) : null,
          message.in_reply_to ? this.#why(message.in_reply_to) : null)));
  }

  #pending(node, message) {
    node.className = `message mine pending ${message.failed ? "failed" : ""}`;
    node.replaceChildren(
      el("div", { class: "bubble" },
        el("p", { class: "said", dir: "auto", text: message.text }),
        message.failed
          ? el("p", { class: "facts", role: "alert" }, el("span", { class: "error", text: message.failed }), " ",
            el("button", { type: "button", class: "link", text: t("again"), on: { click: () => this.#retry(message) } }))
          : el("p", { class: "facts", text: t("sending") })));
  }

  #why(id) {
    return el("button", { type: "button", class: "why", "aria-label": t("why"), title: t("why"), text: "?", on: { click: () => this.#explain(id) } });
  }
}

/** Where one part of a long message ends and the next begins. */
function cut(index, all) {
  const label = `${digits(index)}/${digits(all)}`;
  return el("span", { class: "cut", "aria-hidden": "true", title: t("cut", { n: index, all }), text: label });
}

/** The key of a word's text, if the catalogue has one. */
function known(kind, word) {
  const key = `${kind}.${word}`;
  return t(key) === word ? null : key;
}

const channel = (name) => t(`channel.${name}`);
