// Elements. Text is always set as text, so that nothing that was typed can become markup.

/** An element with properties (class, text, attributes) and children; empty children are left out. */
export function el(tag, { text, on = {}, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  for (const [event, listener] of Object.entries(on)) made.addEventListener(event, listener);
  if (text !== undefined) made.textContent = text;
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}
