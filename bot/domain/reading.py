"""A line read as one command: what of it the command explains, and what is left over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.domain.form_words import NO_FORMS
from bot.domain.found import Scene
from bot.domain.line import LABELS, Item, Kind
from bot.domain.names import introductions
from bot.domain.values import SERIAL_DIGITS
from bot.domain.vocabulary import How

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set
    from datetime import date

    from bot.domain.form_words import FormWords
    from bot.domain.found import Found
    from bot.domain.line import Line
    from bot.domain.shapes import Argument, CommandShape


_NEGATIONS = frozenset({"negation", "cue.stop"})
_SURE_LETTERS = 6
"""Letters from which a misspelt word is enough to tell a value that points to its command by itself (``englsih``)."""


@dataclass(slots=True)
class Reading:
    """A line as one command would have it.

    Attributes:
        shape: the command.
        line: the line.
        args: the arguments that could be read.
        heads: where the command's own words stand.
        cues: where words stand that point to it.
        topics: how many other words belong to talk about it.
        leftover: where words stand that it does not explain.
        stray: where numbers stand that it does not explain.
        problem: why it cannot run although it may be meant, a short stable key.
        repairs: arguments with which it could run.
        doubtful: whether an argument was taken for want of anything else to be done with it.
        sure: whether the form of its first argument alone tells what it is.
        loose: how many words were taken for names or free text, because nothing else is known of them.
    """

    shape: CommandShape
    line: Line
    args: dict[str, Any] = field(default_factory=dict)
    heads: list[int] = field(default_factory=list)
    cues: list[int] = field(default_factory=list)
    topics: int = 0
    leftover: list[int] = field(default_factory=list)
    stray: list[int] = field(default_factory=list)
    problem: str | None = None
    repairs: list[Mapping[str, Any]] = field(default_factory=list)
    doubtful: bool = False
    sure: bool = False
    loose: int = 0

    @property
    def supported(self) -> bool:
        """Whether enough of the line points to the command: its own word, or two words about it, or one and a value."""
        needed = 1 if self.shape.inert else 2
        said = len(self.cues) if self.shape.careful else sum(self.line.items[at].words for at in self.cues)
        return bool(self.heads) or (bool(self.cues) and said + self.topics + len(self.args) >= needed)

    @property
    def clean(self) -> bool:
        """Whether every word is explained."""
        return not self.leftover

    @property
    def runs(self) -> bool:
        """Whether everything is explained and nothing is missing."""
        return not self.leftover and not self.stray and self.problem is None

    @property
    def first(self) -> int:
        """Where the first word stands that points to the command."""
        return min((*self.heads, *self.cues), default=len(self.line.items))

    @property
    def weight(self) -> int:
        """How many words speak for it."""
        return len(self.heads) + len(self.cues) + self.topics

    @property
    def surest(self) -> How:
        """How surely the surest of its words was recognised."""
        return min((self.line.items[at].how for at in (*self.heads, *self.cues)), default=How.NEAR)

    def foreign(self, others: frozenset[str] = frozenset()) -> list[Item]:
        """The words left over that are not the words of these other commands."""
        return [item for item in map(self.line.items.__getitem__, self.leftover) if not item.commands & others]

    def is_part_of(self, other: Reading) -> bool:
        """Whether another reading has more to say and explains every word that points to this one (বাকি in ``কত দিন বাকি``)."""
        if other.shape.inert or other.weight <= self.weight:
            return False
        return all(self.line.items[at].keys & other.shape.explained for at in (*self.heads, *self.cues))

    def without_leftovers(self) -> Reading:
        """The same, its unexplained words passed over."""
        self.leftover = []
        return self

    @property
    def leads(self) -> bool:
        """Whether the command's own word is the first one that says anything."""
        for item in self.line.items:
            if item.kind is Kind.WORD and not ("filler" in item.keys and self.shape.head not in item.keys):
                return self.shape.head in item.keys
        return False


def read_as(
    shape: CommandShape,
    line: Line,
    today: date,
    *,
    unnamed: bool = False,
    beside: frozenset[str] = frozenset(),
    forms: FormWords = NO_FORMS,
) -> Reading | None:
    """The line read as a command, or None when nothing in it points there.

    Args:
        shape: the command.
        line: the line.
        today: for telling which years can be meant.
        unnamed: read it so although no word points there.
        beside: catalogue keys of further words that say nothing more beside it.
        forms: the words of the return forms.
    """
    reading = Reading(shape, line)
    _find_words(reading)
    if not (reading.heads or reading.cues or unnamed):
        return None
    free = {at for at, item in enumerate(line.items) if item.kind is not Kind.MARK}
    if shape.inert:
        free = {at for at in free if line.items[at].kind is Kind.WORD}
    if reading.heads and any("negation" in line.items[at].keys for at in reading.cues):
        _object(reading, "negated", [{}])  # ``sms চাই না`` stops, ``বন্ধ চাই না`` may not
    explained = shape.explained | beside
    scene = Scene(shape.name, today, explained, reading.args, forms)
    for argument in shape.arguments:
        _read_argument(reading, argument, scene, free)
    if (problem := _lacking(shape, reading.args)) is not None:
        _object(reading, problem, [])
    reading.repairs = [whole for repair in reading.repairs if not _lacking(shape, whole := {**reading.args, **repair})]
    if shape.names_unasked is not None and not reading.args:
        free -= introductions(line, free, scene)
    _leave(reading, free, explained)
    if shape.writes and any(_negates(line, at) for at in free):
        reading.problem, reading.repairs = "negated", []  # ``এজিএম হয়নি``: there is nothing to be written
    return reading


def _leave(reading: Reading, free: Set[int], explained: Set[str]) -> None:
    """What no argument took is left over, unless it belongs to the command's talk."""
    for at in sorted(free):
        item = reading.line.items[at]
        if item.kind is Kind.NUMBER:
            reading.stray.append(at)
        elif not item.keys & explained:
            reading.leftover.append(at)


def _negates(line: Line, at: int) -> bool:
    """Whether a word says not to, or that it was not; ``no`` before a number is its label."""
    keys, following = line.items[at].keys, line.after(at)
    if LABELS & keys and following is not None and line.items[following].kind is Kind.NUMBER:
        return False
    return not keys.isdisjoint(_NEGATIONS)


def _find_words(reading: Reading) -> None:
    shape, line = reading.shape, reading.line
    for at, item in enumerate(line.items):
        if not item.keys:
            continue
        if (shape.head in item.keys and _counts_as_head(shape, line, at)) or (
            item.keys & shape.evidence and (item.how is not How.NEAR or len(item.text) >= _SURE_LETTERS)
        ):
            reading.heads.append(at)
        elif shape.cue in item.keys:
            reading.cues.append(at)
        elif shape.topic in item.keys:
            reading.topics += 1


def _counts_as_head(shape: CommandShape, line: Line, at: int) -> bool:
    item = line.items[at]
    if shape.whole and not shape.inflected and item.how is How.STEM:
        return False  # ``বন্ধের দিন`` is a holiday
    following = line.after(at)
    if not item.keys & LABELS or following is None or line.items[following].kind is not Kind.NUMBER:
        return True
    return len(line.items[following].text) > SERIAL_DIGITS  # ``no 123`` is a number's label, ``no 482173`` an answer


def _read_argument(reading: Reading, argument: Argument, scene: Scene, free: set[int]) -> None:
    if argument.after is not None and argument.after not in reading.args:
        return
    found = argument.read(reading.line, free, scene)
    for one in found:
        free -= one.uses
    broken = next((one for one in found if one.problem is not None), None)
    values = _different(found)
    if reading.problem is not None and reading.shape.writes and (broken or (len(values) > 1 and argument.several)):
        reading.repairs = []  # with one of two faults repaired, his line would lack what the other one is about
    if argument.name in reading.args and values and reading.args[argument.name] not in values:
        values.insert(0, reading.args[argument.name])
    if broken is not None:
        _object(reading, broken.problem, [*({argument.name: repair} for repair in broken.repairs), *broken.instead])
    elif len(values) > 1 and argument.several is not None:
        _object(reading, argument.several, [{argument.name: value} for value in values])
    elif values:
        _accept(reading, argument, found, values[0])
    elif argument.missing is not None:
        _object(reading, argument.missing, [{argument.name: value} for value in argument.suggest_missing])


def _different(found: Sequence[Found]) -> list[Any]:
    """The values that were read, each once; some of them cannot be hashed."""
    values: list[Any] = []
    for one in found:
        if one.value is not None and one.value not in values:
            values.append(one.value)
    return values


def _accept(reading: Reading, argument: Argument, found: Sequence[Found], value: Any) -> None:
    reading.args[argument.name] = value
    if argument is reading.shape.arguments[0]:
        reading.sure = any(one.sure for one in found)
    elif not all(one.sure for one in found):
        reading.doubtful = True
    for one in found:
        reading.loose += 0 if one.sure else sum(reading.line.items[at].words for at in one.uses)
        for name, other in one.along.items():
            reading.args.setdefault(name, other)


def _object(reading: Reading, problem: str | None, repairs: Sequence[Mapping[str, Any]]) -> None:
    if reading.problem is None:
        reading.problem = problem
        # Half a change is no repair: sent back, it would be taken for the whole.
        whole = not (reading.shape.changes or reading.shape.writes)
        alone: list[Mapping[str, Any]] = [{}] if reading.args and whole else []
        reading.repairs = [*repairs] or alone


def _lacking(shape: CommandShape, args: Mapping[str, Any]) -> str | None:
    return None if shape.lacks is None else shape.lacks(args)
