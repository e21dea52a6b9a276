// What the gateway understood and stored, for people first: words, with the technical term beside them.

import { el } from "./dom.js";
import { digits, moment, name, size, t, taka } from "./words.js";

const STEPS = ["taken", "known", "understood", "answered", "delivered"];
const UNDERSTOOD = { run: "done", dialogue: "done", press: "done", contact: "done", start: "done", ask: "ask" };
const MARKS = { done: "✓", ask: "?", stopped: "–", waiting: "…" };

/** Draw the story of one message. */
export function draw(place, story) {
  const raw = place.querySelector("details")?.open ?? false;
  place.replaceChildren(
    steps(story), understood(story.understood), sender(story.sender), stored(story.inbox, story.outbox),
    el("details", { class: "raw", open: raw },
      el("summary", { text: t("panel.raw") }),
      el("pre", { tabindex: "0" }, el("code", { text: JSON.stringify(story, null, 2) }))));
}

/** Draw who a number is, before it has sent anything. */
export function introduce(place, known) {
  place.replaceChildren(el("p", { class: "quiet", text: t("panel.empty") }), sender(known));
}

function steps(story) {
  const [answer] = story.outbox;
  const states = {
    taken: "done",
    known: ["machine", "no_number"].includes(story.inbox.reason) ? "stopped" : "done",
    understood: UNDERSTOOD[story.understood.outcome] ?? "stopped",
    answered: answer ? "done" : "stopped",
    delivered: { delivered: "done", failed: "stopped", expired: "stopped", cancelled: "stopped" }[answer?.state] ?? (answer ? "waiting" : "stopped"),
  };
  return el("ol", { class: "steps" }, STEPS.map((step) =>
    el("li", { class: states[step] },
      el("span", { class: "step-mark", "aria-hidden": "true", text: MARKS[states[step]] }),
      el("span", { text: t(`step.${step}`) }),
      el("span", { class: "unseen", text: t(`mark.${states[step]}`) }))));
}

function understood(found) {
  const args = Object.entries(found.args).map(([arg, value]) =>
    el("li", {}, el("span", { text: t(`arg.${arg}`) }), tech(arg), el("strong", { text: shown(value) })));
  return card("panel.understood",
    el("p", { class: "verdict" },
      el("span", { class: `verdict-mark ${found.outcome}`, text: t(`outcome.${found.outcome}`) }), tech(found.outcome)),
    facts(
      ["panel.normalised", found.normalised !== null && el("code", { text: found.normalised })],
      ["panel.command", found.command && [el("strong", { text: t(`command.${found.command}`) }), tech(found.command)]],
      ["panel.args", args.length > 0 && el("ul", { class: "args" }, args)],
      ["panel.language", found.language && t(`lang.${found.language}`)],
      ["panel.reason", found.reason && [t(`reason.${found.reason}`), tech(found.reason)]],
      ["panel.reserved", found.reserved && [t("panel.reserved.yes"), tech(found.reserved)]],
      ["panel.suggestions", found.suggestions?.length > 0 && found.suggestions.map((line) => el("code", { class: "line", text: line }))]));
}

function sender(known) {
  const posts = known.posts.map((post) =>
    el("li", {},
      el("strong", { text: post.person }), ` ${t(`role.${post.role}`)}`,
      post.office && !post.society ? `, ${name(post.office)}` : null, tech(post.role),
      post.society ? society(post.society) : null));
  return card("panel.sender",
    facts(
      ["panel.number", known.number ? digits(known.number) : t("panel.no_number")],
      ["panel.chat", known.chat && [digits(known.chat), tech("simulated_chat")]],
      ["panel.posts", posts.length > 0 ? el("ul", { class: "posts" }, posts) : known.number && t("panel.public")],
      ["panel.chosen", known.language && t(`lang.${known.language}`)],
      ["panel.stopped", known.stopped && t("panel.stopped.yes")]));
}

function society(found) {
  return el("span", { class: "place" },
    found.colour ? el("i", { class: `dot ${found.colour}`, role: "img", "aria-label": t(`colour.${found.colour}`) }) : null,
    ` ${name(found)}, ${digits(found.registration_no)}`);
}

function stored(inbox, outbox) {
  const taken = facts(
    ["panel.inbox", [el("strong", { text: `#${digits(inbox.id)}` }), ` ${moment(inbox.at)}`]],
    ["panel.outcome", [t(`outcome.${inbox.outcome}`), tech(inbox.outcome)]],
    ["panel.silence", inbox.outcome === "silent" && [t(`silence.${inbox.reason}`), tech(inbox.reason)]]);
  return card("panel.stored", taken, outbox.length > 0 ? table(outbox) : el("p", { class: "quiet", text: t("panel.no_answer") }));
}

function table(outbox) {
  const heads = ["outbox", "state", "size", "price", "expires"].map((head) => el("th", { scope: "col", text: t(`panel.${head}`) }));
  const rows = outbox.map((row) =>
    el("tr", {},
      el("th", { scope: "row", text: `#${digits(row.id)}` }),
      el("td", {}, el("span", { class: `state ${row.state}`, text: t(`state.${row.state}`) }), tech(row.state)),
      el("td", { text: size(row) }),
      el("td", { text: taka(row.price) }),
      el("td", { text: moment(row.expires_at) })));
  return el("div", { class: "scroll" },
    el("table", {}, el("thead", {}, el("tr", {}, heads)), el("tbody", {}, rows)));
}

function card(title, ...children) {
  return el("section", { class: "card" }, el("h3", { text: t(title) }), ...children);
}

/** A list of facts; those without a value are left out. */
function facts(...pairs) {
  return el("dl", { class: "facts-list" }, pairs.filter(([, value]) => value).flatMap(([key, value]) =>
    [el("dt", { text: t(key) }), el("dd", {}, ...(Array.isArray(value) ? value : [value]))]));
}

const tech = (word) => el("span", { class: "tech", lang: "en", text: word });
const shown = (value) => value === true ? "✓" : digits(typeof value === "object" ? JSON.stringify(value) : value);
