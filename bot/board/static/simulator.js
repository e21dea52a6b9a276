// The simulator's page: wires the phone, the callers and the panel to the gateway. It shows what the store has.

import * as api from "./api.js";
import { Callers } from "./callers.js";
import { Compose } from "./compose.js";
import { watch } from "./health.js";
import * as panel from "./panel.js";
import { Thread } from "./thread.js";
import { digits, minutes, t } from "./words.js";

const SOON = 700;
const LATER = 5_000;
const MOST_SOON = 60;

const at = (id) => document.getElementById(id);
const took = new Map();
const state = { messages: [], pending: [], selected: null, looks: 0, timer: 0, line: Promise.resolve() };

const callers = new Callers(at("callers"), () => open());
const thread = new Thread(at("thread"), { explain, retry: (pending) => deliver(pending) });
new Compose(at("compose"), at("keypad"), (text) => send(text));

function redraw() {
  const mine = state.pending.filter((one) => one.from === callers.number);
  thread.show(state.messages, mine, state.selected);
}

/** Show another number's thread, and the story of its last message. */
async function open() {
  Object.assign(state, { messages: [], selected: null });
  at("took").textContent = "";
  redraw();
  const known = await refresh();
  const last = state.messages.findLast((message) => message.direction === "in");
  if (last) await explain(last.id);
  else if (known) panel.introduce(at("panel"), known);
}

/** Ask the store for the thread; again soon while an answer is on its way. Returns who the number is. */
async function refresh() {
  clearTimeout(state.timer);
  const from = callers.number;
  if (!from) return null;
  try {
    const found = await api.thread(from);
    if (from !== callers.number) return null;
    state.messages = found.messages;
    say("");
    const stored = new Set(found.messages.map((message) => message.provider_id));
    state.pending = state.pending.filter((one) => !stored.has(one.id));
    redraw();
    if (found.on_its_way) lookAgain();
    else if (state.looks > 0) await arrived();
    return found.sender;
  } catch (error) {
    say(error.message);
    lookAgain();
    return null;
  }
}

function lookAgain() {
  state.looks += 1;
  const wait = state.looks > MOST_SOON || document.hidden ? LATER : SOON;
  state.timer = setTimeout(refresh, wait);
}

/** Everything that was on its way is there: the panel tells it too. */
async function arrived() {
  state.looks = 0;
  if (state.selected !== null) await explain(state.selected);
}

/** Put a text in line; texts go out one after the other, as from a phone. */
function send(text) {
  const from = callers.number;
  if (!from) {
    callers.ask();
    return false;
  }
  const pending = { id: identity(), from, text, failed: null };
  state.pending.push(pending);
  deliver(pending);
  return true;
}

function deliver(pending) {
  pending.failed = null;
  redraw();
  state.line = state.line.then(async () => {
    try {
      const story = await api.send(pending.from, pending.text, pending.id);
      took.set(story.inbox.id, story.took_ms);
      state.pending = state.pending.filter((one) => one !== pending);
      if (pending.from !== callers.number) return;
      state.selected = story.inbox.id;
      show(story);
      state.looks += 1;
      await refresh();
    } catch (error) {
      pending.failed = error.message;
      redraw();
    }
  });
}

/** Tell the story of one message in the panel. */
async function explain(id) {
  state.selected = id;
  redraw();
  try {
    const story = await api.story(id);
    if (state.selected === id) show(story);
  } catch (error) {
    say(error.message);
  }
}

function show(story) {
  const ms = took.get(story.inbox.id);
  at("took").textContent = ms === undefined ? "" : t("took", { ms: digits(ms) });
  panel.draw(at("panel"), story);
}

function say(text) {
  at("trouble").textContent = text;
}

/** A random id; `crypto.randomUUID` is missing on pages that came over plain HTTP from another machine. */
function identity() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

for (const chip of document.querySelectorAll(".chip")) {
  chip.addEventListener("click", async () => {
    if (chip.dataset.role && callers.play(chip.dataset.role)) await open();
    send(chip.dataset.text);
  });
}

function tick() {
  at("clock").textContent = minutes(new Date());
}

tick();
setInterval(tick, 10_000);
watch(at("health"));
open();
