// A link that begins a chat, opened as a page of its own (from a QR code, say): whose chat shall it begin?

import { startOf } from "./links.js";
import { t } from "./words.js";

export class Offer {
  #place;
  #token = startOf(location.href);

  /** `follow(token)` is called when the reader takes the offer; it may say no by returning false. */
  constructor(place, follow) {
    this.#place = place;
    place.querySelector("#offer-open").addEventListener("click", () => {
      if (follow(this.#token) !== false) this.#done();
    });
    place.querySelector("#offer-close").addEventListener("click", () => this.#done());
  }

  /** Whether there is one. */
  get open() {
    return this.#token !== null;
  }

  /** Offer to open it as this person. */
  show(who) {
    this.#place.hidden = !this.open;
    this.#place.querySelector("#offer-text").textContent = t(who ? "offer.as" : "offer.nobody", { who });
  }

  #done() {
    this.#token = null;
    this.#place.hidden = true;
    history.replaceState(null, "", location.pathname);
  }
}
