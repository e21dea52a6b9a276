"""What follows from a line whose audience has been read: the message to be sent, or what has to be asked first."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final

from bot.domain import told_meeting
from bot.domain.audience_words import AND, kind_of_name
from bot.domain.line import Kind
from bot.domain.text import bangla_digits
from bot.domain.understanding import Ask, Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.domain.audience_words import Told, Words
    from bot.domain.speech import Speech
    from bot.domain.told_meeting import Meeting

NAME: Final = "send"
_BEFORE_TEXT: Final = frozenset(",;|.-–—=>")
"""Marks with which a text may be set off instead of a colon."""
ORDER: Final = (
    *("audience", "all", "colour", "level", "category", "form", "period", "office", "name", "urgent"),
    *("topic", "date", "time", "place", "text"),
)
"""The arguments of a message to many."""


class Answer:
    """What follows from a line whose audience has been read."""

    def __init__(self, words: Words, speech: Speech, said: Told, colon: int | None) -> None:
        self._words, self._speech, self._said, self._colon = words, speech, said, colon
        begins = said.begins if said.begins is not None else len(words.line.items) if colon is None else colon + 1
        self._begins = self._text_begins(begins)

    def made(self) -> Call | Ask:
        """The call, or what has to be asked first."""
        said = self._said
        meeting = self._meeting()
        self._named()
        if said.problem is not None:
            return self._ask(said.problem, self._apart())
        known = {"audience", "form"} if "all" in said.args else {"audience", "form", "office", "name"}
        if said.args.keys().isdisjoint(known):
            return self._ask("missing_audience", ())
        if meeting is not None and meeting.problem is not None:
            return self._ask(meeting.problem, self._repaired(meeting))
        if meeting is not None:
            said.args |= {"topic": "meeting", **meeting.args}
        if self._begins < len(self._words.line.items) and (text := self._words.line.rest_as_typed(self._begins)):
            said.args["text"] = text
        whole: dict[str, Any] = {name: said.args[name] for name in ORDER if name in said.args}
        if meeting is None and not _says(str(said.args.get("text", ""))):
            whole.pop("text", None)
            return Ask(NAME, "missing_text", self._speech.language, args=whole)
        return Call(NAME, whole, self._speech.language)

    def _ask(self, reason: str, suggestions: Iterable[str]) -> Ask:
        whole = tuple(dict.fromkeys(suggestions))
        return Ask(NAME, reason, self._speech.language, whole)

    def _text_begins(self, begins: int) -> int:
        """Where the text begins, without the marks that set it off."""
        items = self._words.line.items
        while begins < len(items) and items[begins].kind is Kind.MARK and items[begins].text in _BEFORE_TEXT:
            apart = begins + 1 == len(items) or not self._words.line.touching(begins)
            if not apart if self._colon is None else not self._words.line.touching(begins - 1):
                break  # ``-5%`` belongs to the text
            begins += 1
        return begins

    def _meeting(self) -> Meeting | None:
        """The meeting that the line calls to; what tells of it is no name."""
        words, said = self._words, self._said
        if self._colon is None:
            if self._begins >= len(words.line.items) or told_meeting.MEETING not in words.keys(self._begins):
                return None
            if all(item.kind is Kind.MARK for item in words.line.items[self._begins + 1 :]):
                self._begins = len(words.line.items)
                return told_meeting.Meeting({})  # the word alone: when and where is asked
            found = told_meeting.meeting(words, range(self._begins + 1, len(words.line.items)), agenda=False)
            if found is not None and words.line.items[-1].end < len(words.line.text):
                return None
            if found is not None:
                self._begins = len(words.line.items)
            return found
        return said.meeting

    def _named(self) -> None:
        """Settle whose name or which office the words are that are left."""
        said, words = self._said, self._words
        if not said.names:
            return
        runs = _told_apart(words, said.names)
        if len(runs) > 1:
            said.problem = said.problem or "two_offices"
            return
        (run,) = runs
        kind = "office" if "all" in said.args else kind_of_name(words, run)
        said.args[kind] = words.line.as_typed(run[0], run[-1])

    def _apart(self) -> Iterator[str]:
        """The line with one of the groups or offices that were named, each in turn, or with the colon where it seems to belong."""
        said, words = self._said, self._words
        if self._begins >= len(words.line.items):
            return
        text = " ".join(words.line.rest_as_typed(self._begins).split())
        ends = self._begins if self._colon is None else self._colon
        each = [[at] for places in said.groups.values() for at in places] if said.problem == "two_audiences" else []
        each = _told_apart(words, said.names) if said.problem == "two_offices" else each
        for kept in each if len(each) > 1 or self._colon is None else ():
            out = {at for run in each if run is not kept for at in run}
            shown = [at for at in range(ends) if at not in out and words.line.items[at].kind is not Kind.MARK]
            shown = [at for at in shown if AND not in words.keys(at)]
            yield f"{' '.join(words.line.as_typed(at, at) for at in shown)}: {text}"
        if said.problem == "unclear_audience":
            yield f"{words.line.as_typed(0, ends - 1)}: {text}"

    def _repaired(self, meeting: Meeting) -> Iterator[str]:
        """The line with another day or time."""
        line, (first, last) = self._words.line, meeting.at
        for repair in meeting.repairs:
            shown = bangla_digits(repair) if self._speech.bangla_digits else repair
            behind = f" {line.rest_as_typed(last + 1)}" if last + 1 < len(line.items) else ""
            glued = behind[1:] if behind and line.touching(last) else behind
            yield " ".join(f"{line.as_typed(0, first - 1)} {shown}{glued}".split())


def _told_apart(words: Words, names: Sequence[list[int]]) -> list[list[int]]:
    """The names, where two known places in a row are two."""
    runs: list[list[int]] = []
    for run in names:
        places = [at for at in run if "place" in words.keys(at)]
        labels = [at for at in run if any(key.startswith("label.") for key in words.keys(at))]
        if len(places) > 1 and not labels and len(places) == len(run):
            runs += [[at] for at in run]
        else:
            runs.append(run)
    return runs


def _says(text: str) -> bool:
    """Whether a text has a letter, a digit or a sign such as 👍."""
    return any(unicodedata.category(char)[0] in "LN" or unicodedata.category(char) == "So" for char in text)
