// The messages on a screen. Only what changed is drawn again, so that a screen reader hears a message once.

import { el } from "./dom.js";

const NEAR_END = 60;

export class Rows {
  #list;
  #drawn = new Map();

  constructor(list) {
    this.#list = list;
  }

  /** Show stored messages, then those on their way to the gateway; `draw(node, message)` fills a message's list item. */
  show(messages, pending, selected, draw) {
    const stored = new Set(messages.map((message) => message.provider_id));
    const rows = [
      ...messages.map((message) => [`${message.direction}-${message.id}`, message]),
      ...pending.filter((one) => !stored.has(one.id)).map((one) => [`pending-${one.id}`, one]),
    ];
    const screen = this.#list.parentElement;
    const atEnd = screen.scrollHeight - screen.scrollTop - screen.clientHeight < NEAR_END;
    const before = this.#drawn.size;
    this.#forget(new Set(rows.map(([key]) => key)));
    let previous = null;
    for (const [key, message] of rows) {
      const node = this.#node(key, message, draw);
      const place = previous === null ? this.#list.firstChild : previous.nextSibling;
      if (place !== node) this.#list.insertBefore(node, place);
      node.classList.toggle("selected", message.direction === "in" && message.id === selected);
      previous = node;
    }
    if (atEnd || this.#drawn.size > before) this.toEnd();
  }

  /** Scroll to the newest message. */
  toEnd() {
    const screen = this.#list.parentElement;
    screen.scrollTop = screen.scrollHeight;
  }

  #forget(kept) {
    for (const [key, { node }] of this.#drawn) {
      if (kept.has(key)) continue;
      node.remove();
      this.#drawn.delete(key);
    }
  }

  #node(key, message, draw) {
    const signature = JSON.stringify(message);
    const drawn = this.#drawn.get(key);
    if (drawn?.signature === signature) return drawn.node;
    const node = drawn?.node ?? el("li");
    draw(node, message);
    this.#drawn.set(key, { node, signature });
    return node;
  }
}
