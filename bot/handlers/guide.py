"""``guide``: files a return question by question, on any channel, on a telephone and in a chat in turns.

What is answered is written down in the open return at once, so that nothing is lost when the dialogue is: another command in between, a
restart, or a day later. The dialogue only knows which return it is about and which question was asked; the buttons in a chat know the
same. Nothing is filed before all of it was shown and confirmed, and what is filed was shown: where somebody of the same office has changed
a figure meanwhile, it is shown again.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from bot import guide_texts, owed, taking, which_form
from bot.command import Command, Turn
from bot.domain import guiding
from bot.domain.answers import Figures, Hint
from bot.domain.forms import Kind
from bot.domain.grammar import Ask, Call, Unknown
from bot.domain.guiding import Asked, Change, Wish, Words
from bot.domain.messages import Language
from bot.domain.periods import Period
from bot.domain.replies import Reply
from bot.guided import KIND, Guided, ended
from bot.i18n import read_catalogue
from bot.store import returns
from bot.taking import Typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context, Event
    from bot.domain.forms import Form
    from bot.domain.guiding import Said
    from bot.filing import Owed

MOST_MISSED = 3
"""Texts in a row that are no answer and get a hint; what follows is treated as if no question were open."""

_WHICH = ("form", "period", "office_id", "society_id")


@cache
def _words() -> Words:
    return Words.of(read_catalogue(language, "words") for language in Language)


def step(state: Mapping[str, Any], event: Event) -> Turn | None:
    """Tell an answer from a command in between; what the answer comes to is found out where the return is."""
    form = event.forms.of(state["form"], Period.parse(state["period"])) if event.forms is not None else None
    asked = Asked.load(state["asked"])
    if state.get("filed"):
        # A late "no" does not take back what is filed: it hears so, and how to change it.
        again = event.choice == 1 or _words().wish(event.typed) in {Wish.YES, Wish.NO}
        said: Said | None = Wish.YES if again else None
    else:
        said = None if form is None else _said(form, asked, event)
    if said is None:
        return None
    which = {name: state[name] for name in _WHICH if name in state}
    kept = {"asked": state["asked"], "language": state.get("language"), "seen": state.get("seen")}
    return Turn(state, calls=(Call(KIND, {**which, **kept, **_args(said, asked)}, Language.BN),))


def _said(form: Form, asked: Asked, event: Event) -> Said | None:
    """What a text says to the question; None where it is a command, or too many were no answer."""
    assert event.today is not None  # noqa: S101 - given along with the forms
    commanding = _commands(event)
    said = guiding.understood(form, asked, event.typed, event.choice, event.today, _words(), commanding=commanding)
    if said is not None or commanding or asked.missed >= MOST_MISSED:
        return said
    if asked.name is None:
        return Hint.CHOICE
    return Hint.DATE if form.by_name[asked.name].kind is Kind.DATE else Hint.NUMBER


def _commands(event: Event) -> bool:
    """Whether a text means something by itself. A bare number does not: here it is an answer."""
    match event.understanding:
        case Call():
            return True
        case Ask():
            return any(char.isalpha() for char in event.text)
        case Unknown():
            return False  # a word of a service to come, such as বাতিল, is more likely a figure's


def _args(said: Said, asked: Asked) -> dict[str, Any]:
    match said:
        case Figures(values=values):
            return {"values": values}
        case Change(name=name):
            return {"do": "change", "at": name}
        case Hint():
            return {"hint": said.value}
        case Wish.YES:
            return {"do": "file"}
        case _:
            return {"do": said.value, "at": asked.name}


def _run(context: Context, args: Mapping[str, Any]) -> Reply:
    if args.get("language") and context.sender.language is None:
        context.language = Language(args["language"])  # a figure has none of its own
    which = {name: args[name] for name in _WHICH if name in args}
    due = _due(context, args)
    if isinstance(due, Reply):
        return ended(context, due, which)
    if owed.author(context, due.filer) is None:
        return ended(context, _none_yours(due.form), which)
    returns.lock(context.tx, due.filer)
    one = returns.find(context.tx, due.form.code, due.period, due.filer)
    asked = Asked.load(args.get("asked") or {"skipped": args.get("skipped", ())})
    guided = Guided(context, due, which, asked)
    if one is not None and one.is_filed:  # by himself before, or by somebody else meanwhile
        said = taking.file(context, due, Typed(args.get("values", {})))
        return guided.filed(said) if "asked" in args else said
    return _done(guided, args)


def _done(guided: Guided, args: Mapping[str, Any]) -> Reply:
    """Do what the arguments say."""
    match args:
        case {"values": values}:
            return guided.answered(values)
        case {"hint": hint}:
            return guided.hinted(Hint(hint))
        case {"do": "back" | "skip" | "change" as what, "at": name}:
            return {"back": guided.back, "skip": guided.skip, "change": guided.change}[what](name)
        case {"do": "cancel"}:
            return guided.stopped()
        case {"do": "file"}:
            return guided.file(args.get("seen"))
        case {"do": "again"}:
            return guided.again()
        case _:
            return guided.begun()


def _due(context: Context, args: Mapping[str, Any]) -> Owed | Reply:
    """The return that is meant, of an office or society that the sender files for."""
    period = Period.parse(args["period"])
    form = context.returns.forms.of(args["form"], period)
    if form is None:
        return which_form.unknown(args["form"], context.returns.forms)
    meant = (args.get("office_id"), args.get("society_id"))
    for own in owed.owns(context.tx, context.sender, form, KIND):
        if (own.filer.office_id, own.filer.society_id) == meant:
            return owed.owed(context.returns, form, period, own.filer)
    return _none_yours(form)


def _none_yours(form: Form) -> Reply:
    return Reply("return.none_yours", {"form": form.code, "title": dict(form.title)})


GUIDE = Command("guide", _run, guide_texts.TEXTS, steps={KIND: step})
