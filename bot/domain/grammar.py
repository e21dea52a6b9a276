"""Understanding a text.

``Grammar`` takes the short code's keyword off a text, cuts it into items (``bot.domain.line``), reads these as every command that
may be meant (``bot.domain.reading``, by the shapes of ``bot.domain.shapes``) and decides between them (``bot.domain.decision``). The
words come from the catalogues (``bot.domain.vocabulary``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bot.domain.decision import Decision
from bot.domain.form_words import FormWords
from bot.domain.forms import Forms
from bot.domain.line import Kind, Line, cut, recognise
from bot.domain.messages import Language
from bot.domain.sending import Sending
from bot.domain.shapes import FORM, REG_NO, SHAPES
from bot.domain.speech import Speech
from bot.domain.text import has_bangla_digit, normalise
from bot.domain.told_message import NAME as SEND
from bot.domain.understanding import Ask, Call, Understanding, Unknown
from bot.domain.values import year_of
from bot.domain.vocabulary import COMMAND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.vocabulary import Vocabulary

__all__ = ["Ask", "Call", "Grammar", "Understanding", "Unknown", "number_choice"]

_SPACED_LETTERS = re.compile(r"^(?:[A-Za-z](?: |[.-] ?)){2,}[A-Za-z](?![A-Za-z])")  # ``S T O P``, ``S.T.O.P``
_BOT_NAME = re.compile(r"^/(\w+)@\w+")  # Telegram adds the bot's name in a group
# The two simplest lines, one word alone or with a full registration number, are most of the traffic.
_PLAIN = re.compile("((?:[^\\W\\d_]|[\u0981-\u09e3])+) ?(?:([0-9]{1,5}) ?[/-] ?([0-9]{4}))?[.!]*$")
_PLAIN_COMMAND = next(shape.name for shape in SHAPES if shape.arguments[:1] == (REG_NO,))

# An answer to a numbered list is read without the catalogues: it is a number, at most with the word "number" beside it.
_CHOICE_LENGTH = 24
_CHOICE = re.compile(
    r"^\W*(?:(?:option|opt|number|num|no|nr|নম্বর|নাম্বার|নং)\W*)?(?P<number>\d{1,3})\W*(?:number|no|num|nombor|nambar|nong|নম্বর|নাম্বার|নং|টা|টি|ta|ti)?\W*$",
    re.IGNORECASE,
)


class Grammar:
    """The parser: pure and deterministic; ``today`` only tells which years and days can be meant.

    Args:
        vocabulary: the words of every language.
        keywords: what the short code's texts start with, stripped; alone it asks for help.
        forms: the return forms; what they and their figures are called comes with them.
    """

    def __init__(
        self, vocabulary: Vocabulary, keywords: Sequence[str] = ("COOP", "সমবায়"), forms: Forms | None = None
    ) -> None:
        self._vocabulary = vocabulary
        self._forms = FormWords(forms or Forms(), vocabulary.endings)
        self._keywords = tuple(word for keyword in keywords if (word := normalise(keyword).lower()))
        spelled = "|".join("[-.]?".join(map(re.escape, word)) for word in self._keywords)
        self._keyword = re.compile(
            rf"^[^\w\u0980-\u09ff]*(?:{spelled})(?![^\W\d_]|[\u0981-\u09e3])[\s.:,;/!*#_-]*", re.IGNORECASE
        )
        self._sending = Sending(vocabulary, self._forms)
        self._glued = self._glued_words()
        self._plain = self._plain_words()

    def parse(self, text: str, today: date) -> Understanding:
        """What a text means.

        Args:
            text: as it was typed.
            today: the day on which it came.
        """
        plain = normalise(text)
        found = _PLAIN.match(plain)
        word = self._plain.get(found[1].lower()) if found else None
        return (found and word and self._at_once(text, found, word, today)) or self._weighed(text, plain, today)

    def _at_once(self, text: str, found: re.Match[str], word: _Plain, today: date) -> Call | None:
        """One word, alone or with a full registration number, when nothing about it needs weighing."""
        serial, year = found[2], found[3]
        if year is None:
            alone = word.alone
            return None if alone is None else Call(alone.command, dict(alone.args), alone.language)
        if word.language is None or not int(serial) or year_of(year, today) is None:
            return None
        language = Language.BN if not text.isascii() and has_bangla_digit(text) else word.language
        return Call(_PLAIN_COMMAND, {"reg_no": f"{int(serial)}/{year}"}, language)

    def _plain_words(self) -> dict[str, _Plain]:
        """What each command's word gives alone, and whether it runs with a bare registration number, worked out beforehand."""
        words: dict[str, _Plain] = {}
        for word in self._vocabulary.single_words(shape.head for shape in SHAPES):
            alone = self._weighed(word, word, date.max)
            numbered = self._weighed(f"{word} 1/2000", f"{word} 1/2000", date.max)
            plain = (
                isinstance(numbered, Call)
                and numbered.args == {"reg_no": "1/2000"}
                and numbered.command == _PLAIN_COMMAND
            )
            words[word] = _Plain(alone if isinstance(alone, Call) else None, numbered.language if plain else None)
        return words

    def _glued_words(self) -> re.Pattern[str] | None:
        """A command about returns with the form's code right behind it: ``RETSOC``, ``রিটার্নSOC``."""
        heads = self._vocabulary.single_words(shape.head for shape in SHAPES if FORM in shape.arguments)
        if not self._forms.codes or not heads:
            return None
        found = "|".join(sorted(map(re.escape, heads), key=len, reverse=True))
        codes = "|".join(sorted(map(re.escape, self._forms.codes), key=len, reverse=True))
        return re.compile(rf"^({found})({codes})(?![^\W\d_])", re.IGNORECASE)

    def _weighed(self, text: str, plain: str, today: date) -> Understanding:
        rest = self._without_keyword(plain)
        rest = self._glued.sub(r"\1 \2", rest) if self._glued is not None else rest
        line = cut(rest, self._vocabulary, text)
        speech = Speech.of(text, line, rest, self._forms.codes)
        if not line.items:
            return Call("help", {}, speech.language) if rest != plain else Unknown(speech.language)
        if all(item.kind is Kind.MARK for item in line.items):
            return self._marks(line, speech, today)
        if _asks_for_more(line):
            return Unknown(speech.language, more=True)
        if (sent := self._sending.understood(line, speech, today)) is not None:
            return sent
        understood = Decision.about(self._vocabulary, today, speech, line, self._forms).made()
        nothing = isinstance(understood, Unknown) and not understood.machine and understood.reserved is None
        begins = nothing and line.items[0].text.lower() in self._forms.codes
        asked = self._sending.missed(line, speech, today) if nothing else None
        if nothing and asked is None and self._sending.leads(line):
            return Unknown(speech.language, led=SEND)
        return asked or (self._filed(text, plain, today) if begins else None) or understood

    def _filed(self, text: str, plain: str, today: date) -> Ask | None:
        """A line that begins with a form's code, and is one that files it but for the command's word: ``SOC 12/23 5 2``."""
        word = "ret" if text.isascii() else "রিটার্ন"
        understood = self._weighed(f"{word} {text}", f"{word} {plain}", today)
        if isinstance(understood, Call) and understood.args.get("values"):
            whole = f"{word.upper()} {' '.join(text.split())}"
            return Ask(understood.command, "missing_command", understood.language, (whole,))
        return understood if isinstance(understood, Ask) and understood.reason == "missing_period" else None

    def _without_keyword(self, text: str) -> str:
        text = _BOT_NAME.sub(r"\1", text)
        while self._keywords and (found := self._keyword.match(text)):
            text = text[found.end() :]
        text = _SPACED_LETTERS.sub(lambda letters: re.sub("[ .-]", "", letters[0]), text)
        first = text.split(" ", 1)[0].lower()
        for keyword in self._keywords:
            if first.startswith(keyword) and self._starts_with_command(text[len(keyword) :]):
                return text[len(keyword) :]
        return text

    def _starts_with_command(self, text: str) -> bool:
        """Whether what is glued to the keyword (``COOPSTATUS 123``) is exactly a command's word."""
        word = re.match("(?:[^\\W\\d_]|[\u0981-\u09e3])*", text)
        found = self._vocabulary.exact(word[0].lower()) if word else None
        return found is not None and any(key.startswith(COMMAND) for key in found.keys)

    def _marks(self, line: Line, speech: Speech, today: date) -> Understanding:
        """A line of marks alone: a question mark is a word of the catalogue, others say nothing."""
        for item in line.items:
            if (found := self._vocabulary.exact(item.text)) is not None:
                asked = recognise(Line(item.text, (item,)), [(0, found)])
                return Decision(self._vocabulary, today, speech, asked, self._forms).made()
        return Unknown(speech.language)


@dataclass(frozen=True, slots=True)
class _Plain:
    """What a command's word gives alone, and in which language it runs with a registration number, if it does."""

    alone: Call | None
    language: Language | None


def _asks_for_more(line: Line) -> bool:
    """Whether a line has a word such as আরও, and courtesies besides."""
    words = [item for item in line.items if item.kind is not Kind.MARK]
    return any("more" in item.keys for item in words) and all(item.keys & {"more", "filler"} for item in words)


def number_choice(text: str) -> int | None:
    """The number that a text picks from a list (``2``, ``২.``, ``(২)``, ``২ নম্বর``, ``no 2``), or None when it is no such text."""
    plain = normalise(text)
    found = _CHOICE.match(plain) if len(plain) <= _CHOICE_LENGTH else None
    return int(found["number"]) or None if found else None
