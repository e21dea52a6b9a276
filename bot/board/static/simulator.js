// The simulator's page: wires the two phones, the callers and the panel to the gateway. It shows what the store has.

import * as api from "./api.js";
import { Callers } from "./callers.js";
import { Chat } from "./chat.js";
import { Compose } from "./compose.js";
import { Front } from "./front.js";
import { watch } from "./health.js";
import { Offer } from "./offer.js";
import * as panel from "./panel.js";
import { Thread } from "./thread.js";
import { digits, minutes, t } from "./words.js";

const SOON = 700;
const LATER = 5_000;
const MOST_SOON = 60;

const at = (id) => document.getElementById(id);
const took = new Map();
const state = { messages: [], chat: undefined, pending: [], selected: null, looks: 0, timer: 0, line: Promise.resolve() };

const calls = { explain, retry: (pending) => deliver(pending), follow };
const callers = new Callers(at("callers"), () => open());
const thread = new Thread(at("thread"), calls);
const chat = new Chat(at("chat-phone"), { ...calls, send: (what, text) => send("chat", what, text) });
const front = new Front(document.querySelector("main"), (phone) => phone === "chat" && chat.seen());
const offer = new Offer(at("offer"), follow);
const compose = {
  sms: new Compose(at("compose"), at("keypad"), (text) => send("sms", { text }, text)),
  chat: new Compose(at("chat-compose"), null, (text) => send("chat", { text }, text)),
};

function redraw() {
  const mine = state.pending.filter((one) => one.from === callers.number);
  thread.show(state.messages, mine.filter((one) => one.phone === "sms"), state.selected);
  chat.show(callers.number, state.chat, mine.filter((one) => one.phone === "chat"), state.selected);
}

/** Show another person's threads, and the story of the last message. */
async function open() {
  Object.assign(state, { messages: [], chat: undefined, selected: null });
  at("took").textContent = "";
  offer.show(callers.who);
  redraw();
  const known = await refresh({ fresh: true });
  const last = [...state.messages, ...(state.chat?.messages ?? [])]
    .filter((message) => message.direction === "in")
    .sort((one, other) => one.id - other.id).at(-1);
  if (last) await explain(last.id);
  else if (known) panel.introduce(at("panel"), known);
}

/** Ask the store for the threads; again soon while an answer is on its way. Returns who the person is. */
async function refresh({ fresh = false } = {}) {
  clearTimeout(state.timer);
  const from = callers.number;
  if (!from) return null;
  try {
    const found = await api.thread(from);
    if (from !== callers.number) return null;
    Object.assign(state, { messages: found.messages, chat: found.chat });
    say("");
    const all = [...found.messages, ...(found.chat?.messages ?? [])];
    const stored = new Set(all.map((message) => message.provider_id));
    state.pending = state.pending.filter((one) => !stored.has(one.id));
    redraw();
    front.arrived({ sms: newest(found.messages), chat: newest(found.chat?.messages ?? []) }, { fresh });
    if (found.on_its_way) lookAgain();
    else if (state.looks > 0) await arrived();
    return found.sender;
  } catch (error) {
    say(error.message);
    lookAgain();
    return null;
  }
}

const newest = (messages) => Math.max(0, ...messages.filter((one) => one.direction === "out").map((one) => one.id));

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

/** Put what was done on a phone in line; one goes out after the other. `text` is how it is shown until it is stored. */
function send(phone, what, text) {
  const from = callers.number;
  if (!from) {
    callers.ask();
    return false;
  }
  const pending = { id: identity(), from, phone, what, text, failed: null };
  state.pending.push(pending);
  deliver(pending);
  return true;
}

/** Follow a link that begins a chat, as the person whose telephone it came to would. */
function follow(token) {
  front.show("chat");
  return send("chat", { start: token }, "/start");
}

function deliver(pending) {
  pending.failed = null;
  redraw();
  state.line = state.line.then(async () => {
    try {
      const story = await api.send(pending.from, pending.phone, pending.id, pending.what);
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
    send(chip.dataset.phone || front.phone, { text: chip.dataset.text }, chip.dataset.text);
  });
}

function tick() {
  for (const clock of document.querySelectorAll(".clock")) clock.textContent = minutes(new Date());
}

tick();
setInterval(tick, 10_000);
watch(at("health"));
if (offer.open) front.show("chat");
// On a small screen the page begins at its top, and no keyboard covers it unasked.
if (matchMedia("(min-width: 980px)").matches) compose[front.phone].focus();
open();
