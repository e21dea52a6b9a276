"""``send``: one message to many, or to one officer, of the sender's own area.

What is typed at once is shown as it would go, with what it comes to, and goes once that is confirmed: by a code, or by a button in a linked
chat. ``send`` alone offers the audiences that the sender may write to; what he types next is the message, whatever words it has.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - of a constant
from functools import partial
from typing import TYPE_CHECKING, Any

from bot import addressing, send_approval, send_preview, send_release, sending, which_officer
from bot.addressed import DEPTH, To, called, named, office_of, reaches
from bot.command import Command, Dialogue, LookFirst, Turn
from bot.confirming import asked
from bot.domain.access import TABLE, Scope
from bot.domain.audiences import Group
from bot.domain.committee import Colour
from bot.domain.grammar import Ask, Call, Unknown
from bot.domain.messages import Language
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording
from bot.sending import Draft, Prepared
from bot.store import broadcasts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.command import Context, Event, Look
    from bot.domain.access import Post
    from bot.domain.understanding import Understanding
    from bot.store.query import Tx

KIND = "send.text"
"""The dialogue in which the message is typed."""

_WHOM = ("audience", "office", "office_code", "name", "person_id", "colour", "level", "category", "form")
"""Arguments that say whom it is for."""

OFFERED: Mapping[str, Mapping[str, Any]] = {
    "red": {"audience": Group.PRESIDENT.value, "colour": Colour.RED.value},
    "yellow": {"audience": Group.PRESIDENT.value, "colour": Colour.YELLOW.value},
    **{group.value: {"audience": group.value, "all": True} for group in addressing.GROUPS},
}
"""What is offered of societies."""

TEXTS = (
    Wording("send.menu", 6, {}, option="send.offer.jr", options=2 * len(DEPTH) + len(OFFERED)),
    *(Wording(f"send.offer.{name}", 1) for name in OFFERED),
    *(Wording(f"send.offer.{group}", 1, {"n": Slot.COUNT}) for group in DEPTH),
    *(Wording(f"send.offer_one.{group}", 1) for group in DEPTH),
    Wording("send.write", 3, {"to": Slot.AUDIENCE, "place": Slot.PLACE}, row="send.gap.name", rows=2),
    Wording("send.agenda", 2, {"to": Slot.AUDIENCE, "place": Slot.PLACE}),
    Wording("send.left", 1),
    *addressing.TEXTS,
    *sending.TEXTS,
    *send_preview.TEXTS,
    *send_release.TEXTS,
    *send_approval.TEXTS,
)

_LEAVES = frozenset({"no", "cancel"})
_COMMANDS = frozenset({"stop", "start", "help"})
_FEW = 2
"""Words of what is a command even where a message is waited for; a message has more."""


def look(tx: Tx, look: Look) -> Prepared | None:
    """Add up what was typed."""
    return sending.prepare(tx, look) if _says_whom(look.args) else None


def _says_whom(args: Mapping[str, Any]) -> bool:
    return "resend_of" in args or any(name in args for name in _WHOM)


def step(state: Mapping[str, Any], event: Event) -> Turn | None:
    """What comes is the message, unless it is a bare word that leaves, one that has to be obeyed at any time, or a whole line."""
    language = event.understanding.language
    match event.understanding:
        case Call(command="send", args={"text": _}) as whole:
            return Turn(None, calls=(whole,))
        case Call(command=name) | Ask(command=name) | Unknown(reserved=str(name)) if len(event.text.split()) <= _FEW:
            if name in _LEAVES and not _names_one(event.understanding):
                return Turn(None, Reply("send.left"))
            if name in _LEAVES or name in _COMMANDS:
                return None
    said = {"text": event.typed, "say": state.get("language")}
    return Turn(None, calls=(Call("send", {**state["args"], **said}, language),))


def _names_one(understanding: Understanding) -> bool:
    """Whether it is about something else: ``বাতিল R12``."""
    return not isinstance(understanding, Unknown) and bool(understanding.args)


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    if "broadcast_id" in args:
        return send_release.confirmed(context, int(args["broadcast_id"]))
    if context.sender.language is None and args.get("say"):
        context.language = Language(args["say"])  # a message in another language is not a word in it to us
    if not _says_whom(args):
        return _menu(context, args)
    if args.get("pick"):
        return _pick(context, args)
    found = context.found
    if not (isinstance(found, Prepared) and found.args == args):
        raise LookFirst(partial(sending.prepare, look=context.look(args)))
    made = found.made
    if isinstance(made, To):
        return _write(context, args, made)
    if isinstance(made, Draft):
        return _ask(context, made)
    if "say" in args and not made.choices:
        context.opens = Dialogue(KIND, {"args": _kept(args)})  # what was wrong with the words can be mended at once
    return made


def _kept(args: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in args.items() if name not in {"text", "say", "pick", "after"}}


def _ask(context: Context, draft: Draft) -> Reply:
    """Keep the draft, and ask whether it shall go."""
    if not draft.estimate.people:
        return send_preview.nobody(context, draft)
    second = send_release.nobody_decides(context, draft)
    if second is not None:
        return second
    question = send_preview.shown(context, draft)
    draft_id = broadcasts.add(
        context.tx,
        inbox_id=context.inbox_id,
        office_id=draft.to.office.id,
        sender=context.sender.msisdn,
        channel=context.channel,
        address=context.address,
        language=context.language,
        kind=draft.words.kind,
        urgent=draft.words.urgent,
        audience=draft.to.audience,
        text=draft.words.text,
        meeting=draft.words.meeting,
        estimate=draft.estimate,
        at=context.now,
    )
    shown = {"people": draft.estimate.people, "price": str(draft.estimate.price), "text": draft.words.text}
    send_release.log(context, draft.to.office.id, f"R{context.inbox_id}", "send.asked", shown)
    return asked(context, "send", {"broadcast_id": draft_id}, question)


def _write(context: Context, args: Mapping[str, Any], to: To) -> Reply:
    """What he types next is the message."""
    context.opens = Dialogue(KIND, {"args": _kept(args)})
    params = {"to": called(context.tx, context.renderer, to.audience), "place": _place(to)}
    if args.get("topic") == "meeting":
        return Reply("send.agenda", params)
    gaps = ("r", "name") if to.audience.group.of_societies else ()
    return Reply("send.write", params, lines=tuple(Reply(f"send.gap.{gap}") for gap in gaps))


def _place(to: To) -> dict[str, str]:
    return {"bn": to.area.name_bn, "en": to.area.name_en}


def _menu(context: Context, args: Mapping[str, Any]) -> Reply:
    """The audiences that the sender may write to."""
    posts = [post for post in context.sender.posts if TABLE["send"].get(post.role, Scope.NONE) is not Scope.NONE]
    kept = {name: value for name, value in args.items() if name in {"text", "urgent", "topic", "date", "time", "place"}}
    offers = [*_officers(context, posts), *((Reply(f"send.offer.{name}"), said) for name, said in OFFERED.items())]
    return Reply("send.menu", choices=tuple(Choice(label, "send", {**kept, **said}) for label, said in offers))


def _officers(context: Context, posts: list[Post]) -> Iterator[tuple[Reply, dict[str, Any]]]:
    for group in DEPTH:
        above = min((post for post in posts if reaches(post, group)), key=lambda one: len(one.lineage), default=None)
        if above is not None:
            serving = which_officer.serving(context.tx, office_of(context.tx, above).lineage, group.roles)
            count = len({one.holder.msisdn for one in serving if one.holder.msisdn})
            said = {"audience": group.value}
            yield Reply(f"send.offer.{group}", {"n": count}), {**said, "all": True}
            yield Reply(f"send.offer_one.{group}"), {**said, "pick": True}


def _pick(context: Context, args: Mapping[str, Any]) -> Reply:
    """A list of officers of a post in the sender's area, to choose one from."""
    group = Group(args["audience"])
    above = [post for post in context.sender.posts if reaches(post, group)]
    lineages = dict.fromkeys(post.lineage for post in above)
    topmost = [one for one in lineages if not any(one != each and one.startswith(each) for each in lineages)]
    found = [one for lineage in topmost for one in which_officer.serving(context.tx, lineage, group.roles)]
    if not found:
        return Reply("send.no_one", {"typed": ""})
    return Reply("send.pick", named(group), choices=which_officer.page(found, args, in_chat=context.in_chat))


SEND = Command("send", _run, TEXTS, steps={KIND: step}, look=look, slow=True)
