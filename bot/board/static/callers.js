// Who holds the phones: one of the demo people, or any number that is typed. Kept for this tab, so that a reload keeps it.

const KEPT = "from";

export class Callers {
  #form;
  #other;
  #typed;

  /** `changed(number)` is called when another number is chosen. */
  constructor(form, changed) {
    this.#form = form;
    this.#other = form.querySelector("#other");
    this.#typed = form.querySelector("#other-number");
    this.#restore();
    this.#form.querySelector("input[name=from]:checked")?.closest("label").scrollIntoView({ block: "nearest", inline: "nearest" });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", () => this.#chosen(changed));
    this.#typed.addEventListener("focus", () => {
      this.#other.checked = true;
    });
  }

  /** The number that texts now; empty when none was typed. */
  get number() {
    const chosen = this.#form.elements.from.value;
    return (chosen || this.#typed.value).trim();
  }

  /** Who texts now, as people call him; empty when no number was typed. */
  get who() {
    const chosen = this.#form.querySelector("input[name=from]:checked");
    return chosen === this.#other ? this.number : chosen?.closest("label").querySelector(".caller-name").textContent.trim() ?? "";
  }

  /** Let somebody with this role text, unless somebody like that does already; whether the number changed. */
  play(role) {
    const radios = [...this.#form.querySelectorAll(`input[data-role="${role}"]`)];
    const [first] = radios;
    if (first === undefined || radios.some((radio) => radio.checked)) return false;
    first.checked = true;
    first.closest("label").scrollIntoView({ block: "nearest" });
    return true;
  }

  /** Ask for a number. */
  ask() {
    this.#other.checked = true;
    this.#typed.focus();
  }

  #chosen(changed) {
    sessionStorage.setItem(KEPT, this.number);
    if (this.#other.checked && !this.#typed.value) this.#typed.focus();
    else changed(this.number);
  }

  #restore() {
    const kept = sessionStorage.getItem(KEPT);
    if (!kept) return;
    const known = [...this.#form.querySelectorAll("input[data-role]")].find((radio) => radio.value === kept);
    if (known) known.checked = true;
    else {
      this.#other.checked = true;
      this.#typed.value = kept;
    }
  }
}
