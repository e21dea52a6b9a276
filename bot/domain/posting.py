"""Reading who is posted where: the office and the person in ``officer new dimla 01700099911 Karim Uddin``.

No catalogue knows the names of all upazilas, so that the place in the line tells the office from the person:

- what stands before the telephone number is the office, what stands after it the person;
- a comma, or a word of the command between them, parts the office from the person as well, the office first;
- ``নাম``, a title such as ``মোঃ`` or ``Md`` begins a person; a district's name, an office's code or a label such as ``উপজেলা`` tells
  an office, whichever comes first;
- one single word is an office, for nobody is registered by one word;
- what cannot be told apart (``ডিমলা করিম উদ্দিন ০১৭…``) is given whole as the text, for who knows the offices to part it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.domain.found import Found
from bot.domain.freetext import may_be_named, trimmed
from bot.domain.line import Kind
from bot.domain.phones import phones
from bot.domain.vocabulary import COMMAND, FILLER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from bot.domain.found import Scene
    from bot.domain.line import Item, Line

CHANGES = {"topic.new": "new", "topic.move": "move", "topic.end": "end"}
ROLES = {f"role.{role}": role for role in ("uco", "dco", "jr", "inspector", "additional_registrar", "registrar")}
_NAME = "label.name"
KEYS = frozenset({_NAME, "label.upazila", "label.district", "label.division", "office"})
_CODES = frozenset({2, 4, 8})
"""Digits of an office's code."""
_PARTING = frozenset(",;:=")
_PARTING_KEYS = frozenset({COMMAND + "officer", COMMAND + "contact", _NAME, "label.phone", "label.number"})
_MOST_LISTED, _MOST_POSTED = 4, 12
_NAME_WORDS = 2


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words in a row that belong together.

    Attributes:
        at: where they stand.
        named: whether they are told to be a person's name.
        placed: whether they are told to be an office.
        later: whether they stand after the telephone number.
    """

    at: tuple[int, ...]
    named: bool
    placed: bool
    later: bool


def lacking(args: Mapping[str, Any]) -> str | None:
    """The reason to ask with when a change is not told in full, or when a telephone comes without a change."""
    topic = args.get("topic")
    if topic is None:
        return "missing_change" if "msisdn" in args else None
    if "msisdn" not in args and (topic != "end" or "office" not in args):
        return "missing_phone"
    if topic == "end" or (topic == "new" and "text" in args):
        return None
    return "missing_office" if "office" not in args else "missing_name" if topic == "new" else None


def offices(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The office, as typed: a name or a code."""
    pieces = _pieces(line, free, scene)
    office, person = _told_apart(line, pieces, scene.args.get("topic"))
    if office is None:
        lonely = person is not None and person.named and scene.args.get("topic") == "new"
        return [Found(None, frozenset(), problem="missing_office")] if lonely else []
    return [_said(line, office)]


def people(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The person, as typed: what is left when the office is known, or both when they cannot be told apart."""
    if scene.args.keys().isdisjoint({"topic", "msisdn"}):
        return []
    pieces = _pieces(line, free, scene)
    return [_said(line, pieces[0])] if len(pieces) == 1 else []


def _said(line: Line, piece: _Piece) -> Found:
    text = line.as_typed(piece.at[0], piece.at[-1])
    return Found(text, frozenset(piece.at), sure=False)


def _told_apart(line: Line, pieces: Sequence[_Piece], topic: str | None) -> tuple[_Piece | None, _Piece | None]:
    """Which piece is the office and which one the person."""
    if len(pieces) == 1:
        (only,) = pieces
        if only.named:
            return None, only
        if only.placed or topic != "new" or _count(line, only) < _NAME_WORDS:
            return only, None
        return None, None
    if len(pieces) != 2:  # noqa: PLR2004 - an office and a person
        return None, None
    first, second = pieces
    turned = (first.named and not second.named) or (second.placed and not first.placed)
    if topic == "move" and second.later and not first.placed:
        turned = True  # ``officer move Karim 017… Domar``
    return (second, first) if turned else (first, second)


def _count(line: Line, piece: _Piece) -> int:
    return sum(line.items[at].words for at in piece.at)


def _pieces(line: Line, free: Set[int], scene: Scene) -> list[_Piece]:
    """The pieces of the line that say something else than the command and its telephone number."""
    topic = scene.args.get("topic")
    numbers = {at for one in phones(line, free, scene) for at in one.uses}
    told = min(numbers, default=len(line.items))
    if "msisdn" in scene.args and not numbers:  # read and used up already
        told = next((at for at in line.indices(Kind.NUMBER) if at not in free), len(line.items))
    runs = [trimmed(line, run, (FILLER + "officer", "office")) for run in _runs(line, free - numbers)]
    runs = [run for run in runs if run]
    if not _is_posting(line, runs, topic, with_phone=told < len(line.items)):
        return []
    if len(runs) == 1 and topic == "new":
        runs = _parted(line, runs[0])
    return [_Piece(tuple(run), _is_named(line, run), _is_placed(line, run), later=run[0] > told) for run in runs]


def _runs(line: Line, free: Set[int]) -> list[list[int]]:
    """The words between what parts them: the command's words, numbers, commas."""
    runs: list[list[int]] = [[]]
    for at, item in enumerate(line.items):
        if item.kind is Kind.MARK:
            if item.text in _PARTING and not (at and "introduces" in line.items[at - 1].keys):
                runs.append([])
        elif at not in free or _is_parting(item.keys) or (item.kind is Kind.NUMBER and len(item.text) not in _CODES):
            runs.append([])
        elif item.kind is Kind.NUMBER:
            runs += [[at], []]
        else:
            runs[-1].append(at)
    return runs


def _is_parting(keys: frozenset[str]) -> bool:
    return bool(keys & _PARTING_KEYS) or not keys.isdisjoint(CHANGES) or not keys.isdisjoint(ROLES)


def _is_posting(line: Line, runs: Sequence[Sequence[int]], topic: str | None, *, with_phone: bool) -> bool:
    """Whether the words are names, and not a sentence that is about something else."""
    words = [line.items[at] for run in runs for at in run]
    if not runs or any("negation" in item.keys for item in words):
        return False
    if with_phone:
        return len(words) <= _MOST_POSTED
    plain = [item for item in words if item.kind is Kind.WORD and not item.keys & KEYS]
    return len(words) <= _MOST_LISTED and len(runs) <= (1 if topic is None else 2) and all(map(_is_name, plain))


def _is_name(item: Item) -> bool:
    return may_be_named(item) and not any(key.startswith("topic.") for key in item.keys)


def _parted(line: Line, run: list[int]) -> list[list[int]]:
    """A run of words that is an office and a person, where a word in it tells so."""
    for index in range(1, len(run)):
        if "introduces" in line.items[run[index]].keys:
            return [run[:index], run[index:]]
    last = max((index for index in range(len(run)) if _tells_place(line, run[index])), default=-1)
    return [run[: last + 1], run[last + 1 :]] if 0 <= last < len(run) - 1 else [run]


def _tells_place(line: Line, at: int) -> bool:
    return bool(line.items[at].keys & {"place", "place.centre", *KEYS}) or line.items[at].kind is Kind.NUMBER


def _is_placed(line: Line, run: Sequence[int]) -> bool:
    return any(_tells_place(line, at) for at in run)


def _is_named(line: Line, run: Sequence[int]) -> bool:
    return "introduces" in line.items[run[0]].keys or _NAME in line.keys_at(line.before(run[0]))
