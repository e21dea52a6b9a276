"""Choosing what a line means, between the readings of it.

The line is read as every command that one of its words points to; of these readings

- one that explains every word wins: by what it explains, not by what comes first;
- two that contradict each other are asked back (``STOP START``), the first word deciding whose question it is;
- one that leaves words unexplained counts only as far as its shape lets it: STOP never, a status never against other words, but
  names beside it are the society's.

Free text explains any word, but loosely: between two readings that explain everything, the one that takes fewer words on trust wins.

Only when nothing was found are words that are nearly a command's word taken for it, and only then is a bare value (``123/2019``)
enough. What writes or stops something is therefore never guessed from a sentence that is about something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.domain.form_words import NO_FORMS
from bot.domain.freetext import may_be_named, name_left
from bot.domain.line import Kind, Line, recognise
from bot.domain.machine import is_from_machine
from bot.domain.names import NAMES
from bot.domain.questions import answered
from bot.domain.reading import Reading, read_as
from bot.domain.shapes import REG_NO, RESERVED, SHAPES
from bot.domain.understanding import Ask, Call, Unknown
from bot.domain.vocabulary import RIVAL, How, Match, owner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from bot.domain.form_words import FormWords
    from bot.domain.line import Item
    from bot.domain.shapes import CommandShape
    from bot.domain.speech import Speech
    from bot.domain.understanding import Understanding
    from bot.domain.vocabulary import Vocabulary

_ALL = {shape.name: shape for shape in (*SHAPES, *RESERVED)}
_IMPLIED = tuple(shape for shape in SHAPES if shape.implied)
_CAREFUL = frozenset(shape.name for shape in SHAPES if shape.careful)

_OF_ONE = {"stop": ("cancel", "pause"), "start": ("resume",)}
"""Commands about all that somebody gets, and those about one message to many."""
_TELEPHONE_DIGITS = 11
_MOST_UNKNOWN = 12
"""Unknown words up to which nearness is tried: a longer text is not a command with a spelling mistake."""
_SURE_LETTERS = 5
"""Letters from which a misspelt word is enough for a command that only looks something up."""
_MOST_NAMES = 4
_MOST_SUGGESTIONS = 3


class Decision:
    """The decision about one line."""

    def __init__(
        self, vocabulary: Vocabulary, today: date, speech: Speech, line: Line, forms: FormWords = NO_FORMS
    ) -> None:
        self._vocabulary = vocabulary
        self._forms = forms
        self._today = today
        self._speech = speech
        self._line = line

    @classmethod
    def about(
        cls, vocabulary: Vocabulary, today: date, speech: Speech, line: Line, forms: FormWords = NO_FORMS
    ) -> Decision:
        """The decision about a line as it was typed: beside a number, a word that is nearly a district's name is one."""
        if not line.indices(Kind.NUMBER):
            return cls(vocabulary, today, speech, line, forms)
        places = ((at, vocabulary.near_place(line.items[at].text.lower(), _CAREFUL)) for at in _unknown_words(line))
        recognised = recognise(line, [(at, found) for at, found in places if found])
        return cls(vocabulary, today, speech, recognised, forms)

    def made(self) -> Understanding:
        """What the line means."""
        if is_from_machine(self._line):
            return Unknown(self._speech.language, machine=True)
        readings = self._readings(self._line)
        understood = self._chosen(readings)
        if understood is not None and not _is_nothing(understood) and not _is_about_a_word(understood):
            return understood
        guessed = self._guessed()
        if isinstance(guessed, Call) or (guessed is not None and not readings):
            return guessed
        if not any(reading.supported for reading in readings):
            return self._implied()
        return understood or self._unknown()

    def _unknown(self, command: str | None = None) -> Unknown:
        kept = command is not None and _ALL[command].reserved
        return Unknown(self._speech.language, reserved=command if kept else None)

    def _readings(self, line: Line) -> list[Reading]:
        pointed = {name for item in line.items for key in item.keys if (name := owner(key)) is not None}
        readings = (self._read_as(_ALL[name], line) for name in _ALL if name in pointed)
        said = [reading for reading in readings if reading is not None and reading.supported]
        return answered(said, _ALL, line, self._today)

    def _read_as(self, shape: CommandShape, line: Line, *, unnamed: bool = False) -> Reading | None:
        return read_as(shape, line, self._today, unnamed=unnamed, forms=self._forms)

    def _written(self, shape: CommandShape, args: Mapping[str, Any]) -> str:
        """The sender's line for a command with these arguments."""
        return self._speech.write(shape, args, self._vocabulary, self._forms)

    def _guessed(self) -> Understanding | None:
        """The decision when unknown words are taken for the commands' words that they are near."""
        line = self._line
        unknown = _unknown_words(line)
        if not unknown:
            return None
        near: list[tuple[int, Match]] = []
        for at in unknown:
            word = line.items[at].text.lower()
            if (found := self._vocabulary.near(word, _CAREFUL)) is not None:
                near.append((at, found))
        if not near and (found := self._generous(unknown[0])) is not None:
            near.append((unknown[0], found))
        if not near:
            return None
        guess = recognise(line, near)
        speech = self._speech.hearing(guess)
        return Decision(self._vocabulary, self._today, speech, guess, self._forms).by_words()

    def by_words(self) -> Understanding | None:
        """What the commands' words in the line mean; None when they mean nothing."""
        understood = self._chosen(self._readings(self._line))
        return None if understood is None or _is_nothing(understood) else understood

    def _generous(self, at: int) -> Match | None:
        """A word worse spelt, when its line holds what the command would need: it can hardly mean another."""
        word = self._line.items[at].text.lower()
        for named in self._readings(self._line):
            complete = named.shape.evidence and named.args and named.problem is None and named.leftover == [at]
            if complete and at < named.first and self._vocabulary.nearly(word, named.shape.head):  # ``lagn english``
                return Match(frozenset({named.shape.head}), frozenset(), How.NEAR)
        found = self._vocabulary.near(word, _CAREFUL, grace=1) if len(word) >= 6 else None  # noqa: PLR2004 - a long word
        if found is None:
            return None
        names = {owner(key) for key in found.keys}
        for shape in _IMPLIED:
            reading = self._read_as(shape, self._line, unnamed=True)
            if names == {shape.name} and reading is not None and reading.sure:
                return found
        return None

    def _chosen(self, readings: list[Reading]) -> Understanding | None:
        """The decision between the readings that the line's words point to; None when there is none."""
        if not readings:
            return None
        leads = any(reading.leads for reading in readings)
        # The word of a command that leads names no form for another one that cannot run: ``agm 123/2019 25/10/2025 total``.
        clean = [r for r in readings if r.clean and (r.runs or r.leads or not leads or "form" not in r.args)]
        if clean:
            return self._clean(clean)
        leading = next((reading for reading in readings if reading.shape.labelled and reading.leads), None)
        if leading is not None and leading.args:
            return self._whole_with_leftovers(leading)
        names = frozenset(reading.shape.name for reading in readings)
        standing = [r for r in readings if not r.shape.whole or not r.foreign(names)]
        standing = [r for r in standing if not any(r.is_part_of(other) for other in standing)]
        if len(standing) > 1:
            return self._contradiction(standing)
        if standing:
            return self._with_leftovers(standing[0])
        if len(readings) == 1:
            return self._whole_with_leftovers(readings[0])
        return self._unknown()

    def _clean(self, clean: list[Reading]) -> Understanding:
        """The best of the readings that explain every word; asked when a misspelt word may be another command's as well."""
        best = max(clean, key=_preference)
        if not best.runs or best.surest is not How.NEAR:
            return self._answer(best)
        rivals = [r for r in clean if r is not best and r.first == best.first and r.surest is How.NEAR and r.runs]
        if any(reading.shape.inert for reading in rivals):
            return self._unknown(best.shape.name if best.shape.inert else None)
        careful = [] if best.args else [_ALL[name] for name in _rivals(self._line.items[best.first])]
        too_short = best.shape.implied and not best.sure and len(self._line.items[best.first].text) < _SURE_LETTERS
        if not rivals and not careful:
            if not too_short:
                return self._answer(best)
            if not best.args:
                return self._unknown()
        lines = [self._written(reading.shape, reading.args) for reading in (best, *rivals)]
        lines += [self._written(shape, {}) for shape in careful]
        return Ask(best.shape.name, "unclear_command", self._speech.language, tuple(lines))

    def _answer(self, reading: Reading) -> Understanding:
        """What follows from a reading that explains every word."""
        if reading.shape.inert:
            return self._unknown(reading.shape.name)
        reading = self._meant_instead(reading) or reading
        if reading.problem is not None:
            return self._ask(reading, reading.problem, reading.repairs)
        if self._is_guessed(reading):
            return self._ask(reading, "unclear_command", [reading.args])
        if reading.stray and not reading.shape.numbers_unasked:
            return self._about_one(reading) or self._ask(reading, "extra_number", [reading.args])
        return Call(reading.shape.name, reading.args, self._speech.language)

    def _about_one(self, reading: Reading) -> Ask | None:
        """What is asked where a message's reference stands beside a word that is about all of them: ``STOP R12``."""
        names = _OF_ONE.get(reading.shape.name, ())
        meant = [self._read_as(_ALL[name], self._line, unnamed=True) for name in names]
        lines = [self._written(one.shape, one.args) for one in meant if one is not None and one.args]
        return Ask(names[0], "unclear_command", self._speech.language, tuple(lines)) if lines else None

    def _is_guessed(self, reading: Reading) -> bool:
        """Whether it would write although its word is misspelt, or only pointed to and nothing says for what."""
        shape = reading.shape
        if shape.writes and not reading.heads and shape.arguments[0].name not in reading.args:
            return True
        return reading.surest is How.NEAR and (shape.writes or not shape.changes.isdisjoint(reading.args))

    def _meant_instead(self, reading: Reading) -> Reading | None:
        """The reading as the command that is meant when only its values stand beside this one's word (``find 12/2019``)."""
        if reading.shape.instead is None:
            return None
        other = self._read_as(_ALL[reading.shape.instead], self._line, unnamed=True)
        if other is None or other.leftover or other.stray or not (other.args or other.repairs):
            return None
        return other if other.sure or other.repairs or not reading.args else None

    def _ask(self, reading: Reading, reason: str, repairs: Sequence[Mapping[str, Any]]) -> Ask:
        suggestions = dict.fromkeys(self._written(reading.shape, args) for args in repairs[:_MOST_SUGGESTIONS])
        unclear = tuple(item.text for item in reading.foreign())
        return Ask(reading.shape.name, reason, self._speech.language, tuple(suggestions), dict(reading.args), unclear)

    def _contradiction(self, standing: list[Reading]) -> Understanding:
        """Two commands, neither of which explains the other's words."""
        standing = sorted(standing, key=lambda reading: reading.first)
        names = frozenset(reading.shape.name for reading in standing)
        closest = min(standing, key=lambda reading: (len(reading.foreign(names)), reading.first))
        first = standing[0]
        idle = next((reading for reading in standing if reading.shape.inert or reading.shape.halts), None)
        if idle is not None and (first is idle or (first.shape.careful and not first.args)):
            return self._unknown(idle.shape.name)  # ``start meeting`` is about the meeting
        if len(closest.foreign(names)) > closest.weight:
            return self._unknown()
        own = [reading for reading in standing if not reading.shape.inert and reading.problem is None]
        if idle is not None:
            own = [reading for reading in own if not reading.shape.writes]  # ``নির্বাচন বাতিল`` is no election
        suggestions = dict.fromkeys(self._written(reading.shape, reading.args) for reading in own)
        return Ask(first.shape.name, "two_commands", self._speech.language, tuple(suggestions))

    def _whole_with_leftovers(self, reading: Reading) -> Understanding:
        """A command that must be the whole message, among other words: asked only when its own word and value are there."""
        few = len(reading.leftover) <= _MOST_NAMES
        named = (argument.name in reading.args for argument in reading.shape.arguments)
        # A society is a value to ask with; so is the day on which something took place, whatever else is told beside it.
        whole = reading.problem is None and (next(named, False) or "date" in reading.args)
        meant = whole or reading.leads or reading.weight >= len(reading.leftover)
        told = reading.args or reading.repairs or reading.shape.told is not None  # ``টাকা ফেরত দিন`` tells nothing
        if reading.shape.writes and reading.heads and told and few and meant:
            if reading.problem is not None:
                return self._ask(reading, reading.problem, reading.repairs)
            return self._ask(reading, "unclear_words", [reading.args])
        if reading.heads and reading.args and reading.problem is None and reading.leads and few:
            return self._ask(reading, "unclear_words", [reading.args])
        return self._unknown()

    def _with_leftovers(self, reading: Reading) -> Understanding:
        """One command in a sentence with words that it does not explain."""
        shape = reading.shape
        if shape.inert:
            return self._unknown(shape.name)
        if reading.problem is not None or (reading.args and shape.names_unasked):
            return self._beside_value(reading)
        if shape.whole or not (shape.names_unasked is None or reading.heads or self._names("society")):
            return self._unknown()  # ``বন্ধ না করার অনুরোধ`` asks for the opposite, ``পরীক্ষা কবে শেষ`` about something else
        names = [item for item in reading.foreign() if not item.keys or item.keys & NAMES]
        against = sum(item.words for item in reading.foreign()) + len(reading.leftover) - len(names)
        if shape.names_unasked is None:
            return (
                self._answer(reading.without_leftovers())
                if reading.leads or reading.weight >= against
                else self._unknown()
            )
        if any("ordinary" in item.keys and not may_be_named(item) for item in reading.foreign()):
            return self._unknown()
        if (name := self._name_left(reading)) is not None and shape.names_as is not None:
            return Call(shape.name, {shape.names_as: name}, self._speech.language)
        if reading.weight >= against or (reading.leads and len(names) == len(reading.leftover) <= _MOST_NAMES):
            return Ask(shape.name, shape.names_unasked, self._speech.language)
        return self._unknown()

    def _name_left(self, reading: Reading) -> str | None:
        """The name that a question is about, when the command's word leads or says as much as the name does."""
        surely = reading.surest is not How.NEAR or len(self._line.items[reading.first].text) >= _SURE_LETTERS
        if reading.stray or not surely or not (reading.leads or reading.weight >= len(reading.leftover)):
            return None
        return name_left(self._line, reading.leftover)

    def _names(self, key: str) -> bool:
        return any(key in item.keys for item in self._line.items)

    def _beside_value(self, reading: Reading) -> Understanding:
        """Words besides a command's own and its value: a stray word is passed over, more of them are asked about."""
        if reading.problem is not None:
            return self._ask(reading, reading.problem, reading.repairs)
        if len(reading.leftover) == 1 and not reading.stray and not reading.foreign()[0].commands:
            return self._answer(reading.without_leftovers())
        return self._ask(reading, "unclear_words", [reading.args])

    def _implied(self) -> Understanding:
        """A line without any command's word: a value alone may be enough to tell what is meant, or to ask."""
        readings = [self._read_as(shape, self._line, unnamed=True) for shape in _IMPLIED]
        possible = [
            r
            for r in readings
            if r is not None and r.clean and not r.stray and (r.args or r.repairs or _is_short(r.line))
        ]
        if "/" in self._line.text:  # no code is written so
            possible = [r for r in possible if r.args or r.shape.arguments[0] is REG_NO]
        usable = [r for r in possible if r.problem is None and r.args]
        if not possible:
            return self._unknown()
        # Six digits are a code rather than a number that is no registration number; a full registration number is neither.
        best = max(usable or possible, key=lambda reading: reading.sure)
        if best.problem is not None:
            return self._ask(best, best.problem, best.repairs) if not best.doubtful else self._unknown()
        if best.sure:
            return self._answer(best)
        return self._unknown() if best.doubtful else self._ask(best, "bare_number", [best.args])


def _preference(reading: Reading) -> tuple[bool, int, bool, int, int, int, int]:
    """What makes one reading that explains everything better than another."""
    own = not reading.shape.inert
    pointing = len(reading.heads) + len(reading.cues)
    said = (pointing, len(reading.heads), -reading.first)
    return (reading.runs and own, -reading.loose, reading.runs, -reading.surest, *said)


def _unknown_words(line: Line) -> list[int]:
    """Where the unknown words stand; none when there are too many to try what they are near to."""
    unknown = [at for at, item in enumerate(line.items) if item.kind is Kind.WORD and not item.keys]
    return unknown if len(unknown) <= _MOST_UNKNOWN else []


def _is_nothing(understood: Understanding) -> bool:
    return isinstance(understood, Unknown) and understood.reserved is None


def _is_about_a_word(understood: Understanding) -> bool:
    """Whether it is asked only because a word is not known, which may be misspelt (``lang banlga``)."""
    return isinstance(understood, Ask) and understood.reason == "unsupported_language"


def _rivals(item: Item) -> list[str]:
    """The careful commands that a misspelt word may be as well."""
    return sorted(key.removeprefix(RIVAL) for key in item.keys if key.startswith(RIVAL))


def _is_short(line: Line) -> bool:
    """Whether the numbers of a line are short enough not to be somebody's telephone number."""
    digits = sum(len(item.text) for item in line.items if item.kind is Kind.NUMBER)
    return 0 < digits < _TELEPHONE_DIGITS or (digits > 0 and "/" in line.text)
