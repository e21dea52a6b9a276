// The short messages on the telephone's screen: how each goes over the wire, where it is cut, what it costs.

import { el } from "./dom.js";
import { linked } from "./links.js";
import { Rows } from "./rows.js";
import { digits, size, t, taka, time } from "./words.js";

export class Thread {
  #rows;
  #calls;

  /** `explain(inboxId)`, `retry(pending)` and `follow(token)` are called when the reader asks for it. */
  constructor(list, calls) {
    this.#rows = new Rows(list);
    this.#calls = calls;
  }

  /** Show stored messages, then those on their way to the gateway. */
  show(messages, pending, selected) {
    this.#rows.show(messages, pending, selected, (node, message) => this.#draw(node, message));
  }

  #draw(node, message) {
    if (message.direction === "in") this.#incoming(node, message);
    else if (message.direction === "out") this.#outgoing(node, message);
    else waiting(node, message, this.#calls.retry);
  }

  #incoming(node, message) {
    node.className = "message mine";
    node.replaceChildren(
      el("div", { class: "bubble" },
        el("p", { class: "said", dir: "auto", text: message.text }),
        el("p", { class: "facts" }, `${time(message.at)} · ${size(message)} `, why(message.id, this.#calls.explain))),
      ...silence(message));
  }

  #outgoing(node, message) {
    node.className = `message theirs ${message.state}`;
    const many = message.parts.length > 1;
    const said = el("p", { class: "said", dir: "auto" });
    linked(message.parts, this.#calls.follow).forEach((part, index) => {
      said.append(el("span", { class: many ? `part part-${index % 2}` : "part" }, part));
      if (index + 1 < message.parts.length) said.append(cut(index + 1, message.parts.length));
    });
    node.replaceChildren(
      el("div", { class: "bubble" }, said,
        el("p", { class: "facts" },
          `${t(`channel.${message.channel}`)} · ${size(message)} · ${taka(message.price)} `),
        el("p", { class: "facts" },
          el("span", { class: `state ${message.state}`, text: t(`state.${message.state}`) }),
          ` ${time(message.settled_at ?? message.submitted_at ?? message.at)} `,
          message.error ? el("span", { class: "error", text: message.error }) : null,
          message.in_reply_to ? why(message.in_reply_to, this.#calls.explain) : null)));
  }
}

/** A message that is not stored yet, or could not be sent. */
export function waiting(node, message, retry) {
  node.className = `message mine pending ${message.failed ? "failed" : ""}`;
  node.replaceChildren(
    el("div", { class: "bubble" },
      el("p", { class: "said", dir: "auto", text: message.text }),
      message.failed
        ? el("p", { class: "facts", role: "alert" }, el("span", { class: "error", text: message.failed }), " ",
          el("button", { type: "button", class: "link", text: t("again"), on: { click: () => retry(message) } }))
        : el("p", { class: "facts", text: t("sending") })));
}

/** Why a message got no answer, if it got none. */
export function silence(message) {
  if (message.outcome !== "silent") return [];
  const key = `silence.${message.reason}`;
  const known = t(key) !== message.reason;
  return [el("p", { class: "silence", text: t(known ? key : "silence.other", { reason: message.reason }) })];
}

/** The button that tells in the panel what was understood. */
export function why(id, explain) {
  return el("button", { type: "button", class: "why", "aria-label": t("why"), title: t("why"), text: "?", on: { click: () => explain(id) } });
}

/** Where one part of a long message ends and the next begins. */
function cut(index, all) {
  const label = `${digits(index)}/${digits(all)}`;
  return el("span", { class: "cut", "aria-hidden": "true", title: t("cut", { n: index, all }), text: label });
}
