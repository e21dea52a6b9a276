"""Reading whom a message goes to: ``ALL UCO Rangpur``, ``সকল লাল সভাপতি``, ``ডিমলা ইউসিও``, ``Rahima Begum``.

What stands before a colon is read whole (``told``): a word that neither says so nor may be a name makes it something else. Without a
colon only the words at the start count (``opening``), and where one of them may as well begin the message, it is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.domain import told_forms, told_periods
from bot.domain.audience_words import (
    AND,
    CATEGORY,
    COLOURS,
    ENDING,
    EVERY,
    EXPIRED,
    GROUPS,
    HEAD,
    LABEL,
    LEVELS,
    OF_SOCIETIES,
    SAID,
    SAYING,
    SOCIETY,
    SOME,
    UNFILED,
    URGENT,
    Told,
    Words,
    is_abbreviated,
)
from bot.domain.forms import FiledBy
from bot.domain.found import Scene
from bot.domain.line import Kind
from bot.domain.vocabulary import APART, How

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.domain.found import Found

_IDLE: Final = frozenset({APART + "idle", SOCIETY, ENDING, AND, SAYING, "filler", "year", "unit.month"})
_KNOWN: Final = frozenset({HEAD, LABEL, SOME, AND})
_INSIDE: Final = frozenset(".-'()\"")
"""Marks inside a name."""
_FILERS: Final[Mapping[FiledBy, str]] = {FiledBy.UPAZILA: "uco", FiledBy.DISTRICT: "dco", FiledBy.DIVISION: "jr"}
_MOST_WORDS = 5


def told(words: Words, at: Sequence[int]) -> Told | None:
    """What all of some items say about whom a message goes to; None when they say something else."""
    said = Told()
    filing = _filing(words, at, said)
    run: list[int] = []
    loose: list[int] = []  # what says nothing, and is part of a name if it goes on behind it
    for place in at:
        if _is_loose(words, place) and place not in filing:
            loose.append(place)
            continue
        if place in filing or words.keys(place) & _KNOWN or said.note(words, place) or _parts(words, place):
            run = []
        elif not _is_name(words, place, run):
            return None
        elif run:
            run += [*loose, place]
        else:
            run = [place]
            said.names.append(run)
        loose = []
    if not all(map(words.is_name, said.names)):
        return None
    _settle(words, at, said)
    count = sum(words.line.items[place].words for run in said.names for place in run)
    return None if count > _MOST_WORDS else said


def _settle(words: Words, at: Sequence[int], said: Told) -> None:
    """What follows from all that was said together."""
    _categorised(words, at, said)
    said.grouped()
    if "form" in said.args and "audience" not in said.args and (filer := _filer(words, said)) is not None:
        said.args["audience"] = filer
    said.strong = bool(said.groups) or said.narrowed or "all" in said.args or said.problem is not None


def _is_loose(words: Words, at: int) -> bool:
    """Whether an item says nothing: a mark inside a name, or a word such as ``of`` that is not about the audience."""
    item = words.line.items[at]
    if item.kind is Kind.MARK:
        return item.text in _INSIDE or is_abbreviated(words, at)
    return bool(item.keys & _IDLE) and not item.keys & (_KNOWN | SAID)


def _parts(words: Words, at: int) -> bool:
    """Whether an item is a mark between two names; a question is none."""
    item = words.line.items[at]
    return item.kind is Kind.MARK and item.text != "?"


def _is_name(words: Words, at: int, run: Sequence[int]) -> bool:
    """Whether an item is a name, or goes on with one; a number is a whole name."""
    item = words.line.items[at]
    if item.kind is Kind.MARK or any(key.startswith(APART) for key in item.keys) or not words.may_name(at):
        return False
    return not run or Kind.NUMBER not in {item.kind, words.line.items[run[0]].kind}  # ``kal 10: 30``


def opening(words: Words, lead: int) -> Told | None:
    """What the words right behind the command's word say; None when they name no group of people."""
    said, last, place = Told(), lead, lead
    if any(URGENT in words.keys(at) for at in range(lead)):
        said.args["urgent"] = True
    while (place := place + 1) < len(words.line.items):
        item = words.line.items[place]
        if item.kind is Kind.MARK:
            if said.groups or item.text not in ",-.":
                break
        elif not said.groups:
            if not said.note(words, place) and not item.keys & (_IDLE | {LABEL}):
                return None
            last = place
        elif not _goes_on(words, said, place):
            break
        else:
            last = place
    if not said.groups or any(_is_genitive(words, at) for run in said.groups.values() for at in run):
        return None
    said.grouped()
    said.strong = "all" in said.args or said.narrowed
    said.begins = last + 1
    return said


def _goes_on(words: Words, said: Told, place: int) -> bool:
    """Whether a word behind the group still says who is meant; where it may as well begin the message, that is the problem."""
    keys = words.keys(place)
    if ENDING in keys:
        return any(place - 1 in run for run in said.groups.values())
    if AND in keys:
        return words.value(place + 1, GROUPS) not in {None, *said.groups}
    if (other := words.value(place, GROUPS)) is not None:
        joined = AND in words.keys(place - 1)
        if not joined and other not in said.groups:
            said.problem = "two_audiences"
        return joined and said.note(words, place)
    if EVERY in keys and "all" not in said.args:
        return said.note(words, place)
    return said.groups.keys() <= OF_SOCIETIES and _narrows(words, said, place)


def _narrows(words: Words, said: Told, place: int) -> bool:
    """Whether a word behind a group of office-bearers narrows it: a colour alone does, ``জাতীয়`` and ``কৃষি`` may begin the message."""
    keys = words.keys(place)
    colour = words.value(place, COLOURS) is not None and EXPIRED not in keys and "colour" not in said.args
    if colour and SOCIETY not in words.keys(place + 1):
        return said.note(words, place)
    if colour or words.value(place, LEVELS) or CATEGORY in keys:
        said.problem = "unclear_audience"
    return False


def _is_genitive(words: Words, at: int) -> bool:
    """Whether something of theirs is spoken of (``ইউসিওর নম্বর``), not they."""
    item = words.line.items[at]
    text = item.text.lower()
    owned = item.how is How.STEM and text.endswith(("র", "er", "r")) and not text.endswith(("দের", "der"))
    return owned and ENDING not in words.keys(at + 1)


def _filing(words: Words, at: Sequence[int], said: Told) -> frozenset[int]:
    """Where the form and the period stand of a return that has not been filed."""
    if not any(UNFILED in words.keys(place) for place in at):
        return frozenset()
    free = {place for place in at if not any(key.startswith(APART) for key in words.keys(place))}
    scene = Scene("send", words.today, frozenset(), {}, words.forms)
    periods = told_periods.periods(words.line, free, scene)
    dated = frozenset().union(*(one.uses for one in periods))
    forms = told_forms.forms(words.line, free - dated, scene)
    _keep(said, "form", forms)
    _keep(said, "period", periods)
    if not forms:
        said.problem = said.problem or "missing_form"
    unfiled = {place for place in at if UNFILED in words.keys(place)}
    return dated.union(unfiled, *(one.uses for one in forms))


def _keep(said: Told, name: str, found: Sequence[Found]) -> None:
    values = dict.fromkeys(one.value for one in found if one.value is not None)
    broken = next((one.problem for one in found if one.problem is not None), None)
    if broken is not None:
        said.problem = said.problem or broken
    elif len(values) > 1:
        said.problem = said.problem or f"two_{name}s"
    elif values:
        said.args[name] = next(iter(values))


def _filer(words: Words, said: Told) -> str | None:
    """Who files the form, where an office does: whoever serves a society is named."""
    filed_by = words.forms.filed_by(str(said.args["form"]))
    return None if filed_by is None else _FILERS.get(filed_by)


def _categorised(words: Words, at: Sequence[int], said: Told) -> None:
    """The name beside the label of a category is one, whether or not it is a usual one."""
    label = next((place for place in at if LABEL in words.keys(place)), None)
    if label is None or "category" in said.args:
        return
    beside = next((run for run in said.names if label in {run[0] - 1, run[-1] + 1}), None)
    if beside is not None:
        said.names.remove(beside)
        said.put("category", words.line.as_typed(beside[0], beside[-1]))
