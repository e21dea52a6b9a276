// Which of the two phones is in front: the one that is seen where only one fits, and the one that the texts to try go to.

const KEPT = "front";

export class Front {
  #root;
  #changed;
  #news = {};

  /** `changed(phone)` is called when the other phone comes to the front. */
  constructor(root, changed) {
    this.#root = root;
    this.#changed = changed;
    this.#put(sessionStorage.getItem(KEPT) === "chat" ? "chat" : "sms");
    for (const button of root.querySelectorAll("[data-show]")) {
      button.addEventListener("click", () => this.show(button.dataset.show));
      button.addEventListener("keydown", (event) => this.#moved(event, button));
    }
    for (const phone of root.querySelectorAll("[data-phone]")) {
      for (const touch of ["focusin", "pointerdown"]) phone.addEventListener(touch, () => this.show(phone.dataset.phone));
    }
  }

  /** "sms" or "chat". */
  get phone() {
    return this.#root.dataset.front;
  }

  /** Bring a phone to the front. */
  show(phone) {
    if (phone === this.phone) return;
    sessionStorage.setItem(KEPT, phone);
    this.#put(phone);
    this.#changed(phone);
  }

  /** `newest` is the id of the newest message on each phone: what comes to the one behind is marked. */
  arrived(newest, { fresh = false } = {}) {
    for (const [phone, id] of Object.entries(newest)) {
      if (fresh || phone === this.phone) this.#news[phone] = id;
      this.#mark(phone, id > (this.#news[phone] ?? 0));
    }
  }

  #put(phone) {
    this.#root.dataset.front = phone;
    this.#mark(phone, false);
    for (const button of this.#root.querySelectorAll("[data-show]")) {
      const chosen = button.dataset.show === phone;
      if (button.getAttribute("role") !== "tab") button.setAttribute("aria-pressed", String(chosen));
      else {
        button.setAttribute("aria-selected", String(chosen));
        button.tabIndex = chosen ? 0 : -1;
      }
    }
  }

  #mark(phone, on) {
    for (const mark of this.#root.querySelectorAll(`[data-show="${phone}"] .news`)) mark.hidden = !on;
  }

  #moved(event, button) {
    if (button.getAttribute("role") !== "tab" || !["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    const other = [...button.parentElement.querySelectorAll("[role=tab]")].find((tab) => tab !== button);
    this.show(other.dataset.show);
    other.focus();
  }
}
