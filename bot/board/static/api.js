// What the page asks of the gateway. Every failure becomes a Failed with a sentence for people.

import { t } from "./words.js";

const PATIENCE = 15_000;

export class Failed extends Error {}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  } catch (error) {
    throw new Failed(t(error.name === "TimeoutError" ? "error.slow" : "error.network"));
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Failed(body?.message ?? t("error.http", { status: response.status }));
  if (body === null) throw new Failed(t("error.network"));
  return body;
}

/** Send what was done on a phone ("sms" or "chat"). The same id again changes nothing, so that trying again is always safe. */
export const send = (from, phone, id, what) =>
  call("/simulator/send", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ from, phone, id, ...what }),
  });

/** The newest messages from and to a person on both phones, and who it is. */
export const thread = (from) => call(`/simulator/thread?from=${encodeURIComponent(from)}`);

/** The story of one message in. */
export const story = (id) => call(`/simulator/message?id=${id}`);

/** Where the document of a message to somebody's chat is. */
export const documentAddress = (message, from) => `/simulator/document?message=${message}&from=${encodeURIComponent(from)}`;

/** How the gateway is: it answers with its parts even when one of them is down. */
export async function health() {
  try {
    const response = await fetch("/readyz", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    return await response.json();
  } catch {
    return null;
  }
}
