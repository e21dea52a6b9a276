"""``remind text``: the texts of the reminders, which the head of an office may put in his own words for his own area.

A list leads to a text; he sees it, and whose it is. What he writes next is the new text: it is looked at for its gaps and its length in
the longest case, shown as a society of his area would get it, and stored when that is confirmed. Until then he may send a better one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot import texts
from bot.command import Command, Dialogue, Turn
from bot.confirming import asked
from bot.domain.access import may_reach
from bot.domain.gaps import Flaw, Kind
from bot.domain.grammar import Ask, Call, Unknown
from bot.domain.messages import Language
from bot.domain.replies import Choice, Reply
from bot.domain.segments import count
from bot.domain.wording import Slot, Wording
from bot.reminder_texts import EDITABLE, WORDINGS
from bot.store import offices, senders
from bot.store import texts as store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context, Event
    from bot.domain.offices import Office

OFFICES = 5
"""Most offices in one list; hardly anybody heads more."""

_WHAT = {"what": Slot.SUBJECT}
_AT = {**_WHAT, "place": Slot.PLACE}
_GAPS: dict[str, Any] = {"row": "texts.gap.r", "rows": len(texts.GAPS)}
_OPTION: dict[str, Any] = {"option": "texts.option"}

SAID = (
    Wording("texts.offices", 3, option="texts.office", options=OFFICES),
    Wording("texts.office", 1, {"place": Slot.PLACE}),
    Wording("texts.kinds", 3, **_OPTION, options=len(WORDINGS)),
    Wording("texts.phases", 5, _WHAT, **_OPTION, options=7),
    Wording("texts.option", 1, _WHAT),
    Wording(
        "texts.shown",
        6,
        {**_WHAT, "text": Slot.TEXT},
        row="texts.from.division",
        rows=1,
        option="texts.act.reset",
        options=4,
    ),
    *(
        Wording(f"texts.from.{level}", 1, {"place": Slot.PLACE})
        for level in ("division", "district", "upazila", "thana")
    ),
    Wording("texts.from.nation", 1, {"place": Slot.PLACE}),
    Wording("texts.from.standard"),
    *(Wording(f"texts.act.{act}") for act in ("write", "preview", "reset", *Language)),
    *(Wording(f"texts.write.{language}", 4, _WHAT, **_GAPS) for language in Language),
    *(Wording(f"texts.gap.{gap}") for gap in texts.GAPS),
    *(Wording(f"texts.flaw.{kind}", 2) for kind in ("empty", "no_number", "braces", "control")),
    Wording("texts.flaw.unknown_gap", 4, {"typed": Slot.TYPED}, **_GAPS),
    Wording("texts.flaw.too_long", 2, {"n": Slot.COUNT, "most": Slot.COUNT}),
    Wording("texts.flaw.too_long_letter", 3, {"n": Slot.COUNT, "most": Slot.COUNT, "letter": Slot.TYPED}),
    Wording("texts.same", 1, _WHAT),
    Wording("texts.ask", 7, {**_AT, "n": Slot.COUNT, "text": Slot.TEXT}, row="texts.costly", rows=2),
    Wording("texts.ask_reset", 6, {**_AT, "text": Slot.TEXT}, row="confirm.code", rows=1),
    Wording("texts.costly", 2, {"letter": Slot.TYPED}),
    Wording("texts.done", 2, {**_AT, "ref": Slot.CODE}),
    Wording("texts.done_reset", 2, {**_AT, "ref": Slot.CODE}),
    Wording("texts.nothing_own", 2, _AT),
    Wording("texts.preview", 4, {"n": Slot.COUNT, "text": Slot.TEXT}),
    Wording("texts.head_only"),
    Wording("texts.not_yours", 2, {"place": Slot.PLACE}),
    Wording("texts.left"),
)

_LEAVES = frozenset({"no", "cancel"})
_COMMANDS = frozenset({"stop", "start", "help", "yes", "remind"})


@dataclass(frozen=True, slots=True)
class Edit:
    """One text of one office in one language."""

    office: Office
    key: str
    language: Language

    def call(self, **more: Any) -> dict[str, Any]:
        """What a choice, a question or the dialogue goes on with."""
        return {"office": self.office.code, "key": self.key, "lang": self.language.value, **more}

    def named(self, **more: Any) -> dict[str, Any]:
        """What texts about it are filled with."""
        place = {"bn": self.office.name_bn, "en": self.office.name_en}
        return {"what": texts.subject(self.key), "place": place, **more}


def step(state: Mapping[str, Any], event: Event) -> Turn | None:
    """What comes is the new text, unless it has no gap, so that it can be none, and is certainly a command: that runs or leaves."""
    language = event.understanding.language
    if "{" not in event.typed:
        match event.understanding:
            case Call(command=name) | Ask(command=name) | Unknown(reserved=str(name)) if name in _LEAVES:
                return Turn(None, Reply("texts.left"), (Call("no", {}, language),))
            case Call():
                return None
            case Ask(command=name) if name in _COMMANDS:
                return None
    said = {"text": event.typed, "act": "check", "say": state.get("language")}
    kept = {name: state[name] for name in ("office", "key", "lang")}
    return Turn(state, calls=(Call("texts", {**kept, **said}, language),))


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    if context.sender.language is None and args.get("say"):
        context.language = Language(args["say"])  # a text in another language is not a word in it to us
    office = _office(context, args)
    if isinstance(office, Reply):
        return office
    key = str(args.get("key"))
    if key not in EDITABLE:
        return _listed(context, office, args)
    edit = Edit(office, key, Language(args.get("lang", context.language)))
    act = args.get("act")
    if act == "preview":
        return _preview(context, edit)
    if act not in _CHANGES:
        return _shown(context, edit)
    if not _may_change(context, office):
        return Reply("texts.head_only")
    return _CHANGES[act](context, edit, args)


def _office(context: Context, args: Mapping[str, Any]) -> Office | Reply:
    """The office whose texts are meant, which the sender may see: his own, and of several the one that he chooses."""
    if "office" in args:
        office = offices.by_code(context.tx, str(args["office"]))
        if office is None or not may_reach("texts", context.sender.posts, lineage=office.lineage):
            place = {"bn": office.name_bn, "en": office.name_en} if office else str(args["office"])
            return Reply("texts.not_yours", {"place": place})
        return office
    posts = [post for post in context.sender.posts if may_reach("texts", [post], lineage=post.lineage)]
    codes = dict.fromkeys(post.lineage.rstrip("/").rpartition("/")[2] for post in posts)
    own = [office for code in codes if (office := offices.by_code(context.tx, code))][:OFFICES]
    if len(own) == 1:
        return own[0]
    choices = tuple(
        Choice(
            Reply("texts.office", {"place": {"bn": each.name_bn, "en": each.name_en}}),
            "texts",
            {**args, "office": each.code},
            (each.name_bn, each.name_en),
        )
        for each in own
    )
    return Reply("texts.offices", choices=choices)


def _may_change(context: Context, office: Office) -> bool:
    return may_reach("texts.change", context.sender.posts, lineage=office.lineage)


def _listed(context: Context, office: Office, args: Mapping[str, Any]) -> Reply:
    """The kinds of reminders, then what of one kind is sent when."""
    kind = args.get("kind")
    if kind not in set(WORDINGS):
        return Reply("texts.kinds", choices=tuple(_choice(context, office, each, {"kind": each}) for each in WORDINGS))
    choices = tuple(
        _choice(context, office, texts.subject(key), {"key": key})
        for key, wording in EDITABLE.items()
        if texts.subject(wording.key) == kind
    )
    return Reply("texts.phases", {"what": kind}, choices=choices)


def _choice(context: Context, office: Office, what: str, args: Mapping[str, Any]) -> Choice:
    words = tuple(context.renderer.text(language, f"subject.{what}") for language in Language)
    return Choice(Reply("texts.option", {"what": what}), "texts", {"office": office.code, **args}, words)


def _shown(context: Context, edit: Edit) -> Reply:
    """A text as it is in force, where it comes from, and what can be done with it."""
    found = texts.in_force(context.tx, context.renderer, edit.office.lineage, edit.key, edit.language)
    if found.source is None:
        source = Reply("texts.from.standard")
    else:
        place = {"bn": found.source.name_bn, "en": found.source.name_en}
        source = Reply(f"texts.from.{found.source.level}", {"place": place})
    acts = [("preview", edit.call(act="preview"))]
    if _may_change(context, edit.office):
        acts.insert(0, ("write", edit.call(act="write")))
        if found.source == edit.office:
            acts.append(("reset", edit.call(act="reset")))
    other = Language.EN if edit.language is Language.BN else Language.BN
    acts.append((other.value, {**edit.call(), "lang": other.value}))
    return Reply(
        "texts.shown",
        edit.named(text=texts.shown(context.renderer, found.text, context.language)),
        lines=(source,),
        choices=tuple(Choice(Reply(f"texts.act.{act}"), "texts", args) for act, args in acts),
    )


def _preview(context: Context, edit: Edit) -> Reply:
    found = texts.in_force(context.tx, context.renderer, edit.office.lineage, edit.key, edit.language)
    sample = _sample(context, edit, found.text)
    return Reply("texts.preview", {"n": count(sample), "text": sample})


def _sample(context: Context, edit: Edit, text: str) -> str:
    society = texts.example(context.tx, edit.office.lineage, edit.key, context.today)
    return texts.sample(
        context.renderer, society, edit.key, edit.language, text, context.today, audit_by=context.law.audit_by
    )


def _write(context: Context, edit: Edit, _: Mapping[str, Any]) -> Reply:
    """What he sends next is the new text."""
    context.opens = Dialogue("texts", edit.call())
    return Reply(f"texts.write.{edit.language}", edit.named(), lines=_gaps(edit))


def _gaps(edit: Edit) -> tuple[Reply, ...]:
    return tuple(Reply(f"texts.gap.{gap}") for gap in texts.allowed(edit.key))


def _check(context: Context, edit: Edit, args: Mapping[str, Any]) -> Reply:
    """A new text: refused and why, or asked about, or stored once that is confirmed."""
    text = texts.judged(context.renderer, edit.key, edit.language, str(args["text"]))
    if isinstance(text, Flaw):
        return _refused(edit, text)
    before = store.of_office(context.tx, edit.office.id, edit.key, edit.language)
    if text == before:
        return Reply("texts.same", edit.named())
    if context.confirmed and args.get("before") == before:
        return _carried_out(context, edit, text, "texts.done")
    sample = _sample(context, edit, text)
    letter = texts.halves(text, edit.language)
    notes = (Reply("texts.costly", {"letter": letter}),) if letter else ()
    question = Reply("texts.ask", edit.named(n=count(sample), text=sample), lines=notes)
    return asked(context, "texts", edit.call(act="check", text=text, before=before), question)


def _refused(edit: Edit, flaw: Flaw) -> Reply:
    match flaw.kind:
        case Kind.UNKNOWN_GAP:
            return Reply("texts.flaw.unknown_gap", {"typed": flaw.gap}, lines=_gaps(edit))
        case Kind.TOO_LONG if flaw.letter:
            return Reply("texts.flaw.too_long_letter", {"n": flaw.excess, "most": flaw.most, "letter": flaw.letter})
        case Kind.TOO_LONG:
            return Reply("texts.flaw.too_long", {"n": flaw.excess, "most": flaw.most})
    return Reply(f"texts.flaw.{flaw.kind}")


def _reset(context: Context, edit: Edit, args: Mapping[str, Any]) -> Reply:
    """Take the office's own text back: what the offices above say, or the catalogue, is said again."""
    before = store.of_office(context.tx, edit.office.id, edit.key, edit.language)
    if before is None:
        return Reply("texts.nothing_own", edit.named())
    if context.confirmed and args.get("before") == before:
        return _carried_out(context, edit, None, "texts.done_reset")
    above = edit.office.lineage.rstrip("/").rpartition("/")[0]
    then = texts.in_force(context.tx, context.renderer, f"{above}/", edit.key, edit.language)
    question = Reply("texts.ask_reset", edit.named(text=_sample(context, edit, then.text)))
    return asked(context, "texts", edit.call(act="reset", before=before), question)


def _carried_out(context: Context, edit: Edit, text: str | None, said: str) -> Reply:
    texts.change(
        context.tx,
        *(edit.office, edit.key, edit.language, text),
        at=context.now,
        by=context.sender.msisdn,
        inbox_id=context.inbox_id,
    )
    senders.end_dialogue(context.tx, context.sender.msisdn)
    return Reply(said, edit.named(ref=str(context.inbox_id)))


_CHANGES = {"write": _write, "check": _check, "reset": _reset}

TEXTS = Command("texts", _run, SAID, steps={"texts": step})
