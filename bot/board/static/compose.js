// The line that is being written, by keyboard or by the phone's keys.

export class Compose {
  #text;

  /** `send(text)` is called with what was written; Enter sends, Shift and Enter begin a new line. A phone may have no keys. */
  constructor(form, keypad, send) {
    this.#text = form.querySelector("textarea");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const written = this.#text.value;
      if (!written.trim()) return;
      if (send(written)) this.#text.value = "";
      this.#text.focus();
    });
    this.#text.addEventListener("keydown", (event) => {
      // While an input method is composing a conjunct, Enter belongs to it.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    keypad?.addEventListener("click", (event) => {
      const key = event.target.closest("button")?.dataset.key;
      if (key !== undefined) this.#press(key);
    });
  }

  /** Ready to type. */
  focus() {
    this.#text.focus({ preventScroll: true });
  }

  #press(key) {
    const { selectionStart: start, selectionEnd: end, value } = this.#text;
    if (key !== "back") {
      if (value.length - (end - start) + key.length <= this.#text.maxLength) this.#text.setRangeText(key, start, end, "end");
    } else if (start !== end) this.#text.setRangeText("", start, end, "end");
    else if (start > 0) this.#text.setRangeText("", start - [...value.slice(0, start)].at(-1).length, start, "end");
  }
}
