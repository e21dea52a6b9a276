// Addresses in texts: found even where a message is cut in two in the middle of one.

import { el } from "./dom.js";

const ADDRESS = /https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?।)]/g;

/** The token of a link that begins a chat with us; null for any other address. */
export function startOf(address) {
  const url = new URL(address, location.href);
  const token = url.pathname === "/simulator" ? url.searchParams.get("start") : null;
  return token && /^[\w-]{1,64}$/.test(token) ? token : null;
}

/** For each part of a text its nodes, addresses as links; `follow(token)` is called for those that begin a chat. */
export function linked(parts, follow) {
  const found = [...parts.join("").matchAll(ADDRESS)].map(([address], index, all) => ({ address, start: all[index].index }));
  let from = 0;
  return parts.map((part) => {
    const nodes = piecesOf(part, from, found).map(([text, address]) => (address ? link(text, address, follow) : text));
    from += part.length;
    return nodes;
  });
}

/** A part that begins at `from`, as [text, address or null]. */
function piecesOf(part, from, found) {
  const pieces = [];
  let at = 0;
  for (const { address, start } of found) {
    const begin = Math.max(start - from, at);
    const end = Math.min(start - from + address.length, part.length);
    if (begin >= end) continue;
    if (begin > at) pieces.push([part.slice(at, begin), null]);
    pieces.push([part.slice(begin, end), address]);
    at = end;
  }
  if (at < part.length) pieces.push([part.slice(at), null]);
  return pieces;
}

function link(text, address, follow) {
  const token = startOf(address);
  if (token === null) return el("a", { href: address, target: "_blank", rel: "noopener noreferrer", text });
  const open = (event) => {
    event.preventDefault();
    follow(token);
  };
  return el("a", { href: `/simulator?start=${token}`, class: "start-link", text, on: { click: open } });
}
