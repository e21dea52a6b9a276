"""Understanding ``send``: whom a message goes to, and the message itself, which is the sender's own text.

Such a line is not weighed against other commands: its text may hold their words, numbers and addresses as it likes. It is one only where
the command's word leads (or stands right before the colon: ``সকল ইউসিওকে পাঠান: …``) and where what stands beside it can hardly be meant
otherwise: ``ALL`` and a group, or an audience that a colon ends. ``কোড পাঠান`` and ``send all information`` are none.

Without a colon the text begins behind the last word of the audience; with one it is all that follows, as it was typed.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from bot.domain import told_audience, told_meeting
from bot.domain.audience_words import EVERY, HEAD, SHARED_KEYS, TITLE, URGENT, Told, Words, is_abbreviated
from bot.domain.line import Kind, Line, cut, recognise
from bot.domain.messages import Language
from bot.domain.told_message import NAME, Answer
from bot.domain.understanding import Ask, Call
from bot.domain.vocabulary import How, Match

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from bot.domain.form_words import FormWords
    from bot.domain.speech import Speech
    from bot.domain.vocabulary import Vocabulary

_COLONS: Final = frozenset(":ঃ")
_LONGEST_HEAD, _MOST_COLONS = 400, 6
_TALK: Final = frozenset(
    {"filler.officer", "filler.contact", "label.phone", "label.number", "topic.phones", "topic.list", "topic.societies"}
)
"""Keys of the words for what is asked about officers and office-bearers, which is no message to them."""


class Sending:
    """The reader of these lines.

    Args:
        vocabulary: the words of every language.
        forms: the words of the return forms.
    """

    def __init__(self, vocabulary: Vocabulary, forms: FormWords) -> None:
        self._vocabulary = vocabulary
        self._words = vocabulary.part(SHARED_KEYS)
        self._forms = forms

    def understood(self, line: Line, speech: Speech, today: date) -> Call | Ask | None:
        """What a line means that sends a message; None for any other line."""
        if not any(HEAD in item.keys for item in line.items):
            return None
        words = self._cut(line, today)
        lead = _lead(words)
        if lead is None:
            return self._turned(words, speech)
        if _is_alone(words, lead):
            return Ask(NAME, "missing_audience", speech.language)
        for colon, said in _marked(words, lead):
            if said is None:
                break
            return Answer(words, speech, said, colon).made()
        said = told_audience.opening(words, lead)
        if said is None or not said.strong or _is_about_them(words, said):
            return None
        return Answer(words, speech, said, None).made()

    def leads(self, line: Line) -> bool:
        """Whether the command's word begins a line, whatever follows."""
        first = next((item for item in line.items if "filler" not in item.keys), None)
        return first is not None and HEAD in first.keys and first.how <= How.SOUND

    def missed(self, line: Line, speech: Speech, today: date) -> Ask | None:
        """What is asked about a line that means nothing else: its word is misspelt, or it is not said whom it is for."""
        first = next((at for at, item in enumerate(line.items) if "filler" not in item.keys), None)
        if first is None or line.items[first].kind is not Kind.WORD:
            return None
        item = line.items[first]
        if HEAD in item.keys and item.how is not How.NEAR:
            return self._whom(self._cut(line, today), speech)
        near = None if item.keys else self._vocabulary.near(item.text.lower())
        if near is None or HEAD not in near.keys:
            return None
        guess = recognise(line, [(first, Match(frozenset({HEAD}), near.languages, How.EXACT))])
        if self.understood(guess, speech, today) is None:
            return None
        word = self._vocabulary.write(HEAD, speech.language, bangla_letters=speech.bangla_letters)
        rest = line.as_typed(first + 1, len(line.items) - 1) if first + 1 < len(line.items) else ""
        again = f"{word} {rest}".strip()
        return Ask(NAME, "unclear_command", speech.language, (again,) if rest else ())

    def _cut(self, line: Line, today: date) -> Words:
        """The beginning of the line by the words for audiences."""
        text = line.text
        begun = text if len(text) <= _LONGEST_HEAD else text[:_LONGEST_HEAD].rsplit(" ", 1)[0]
        own = list(cut(begun, self._words).items)
        guessed = {item.start for item in line.items if HEAD in item.keys}
        for at, item in enumerate(own):
            if item.start in guessed and HEAD not in item.keys:
                (own[at],) = recognise(
                    Line(text, (item,)), [(0, Match(frozenset({HEAD}), frozenset(), How.EXACT))]
                ).items
        return Words.of(Line(text, tuple(own), line.typed), line, today, self._forms)

    def _turned(self, words: Words, speech: Speech) -> Call | Ask | None:
        """A line whose word stands behind the audience, right before the colon."""
        for at, (item, following) in enumerate(pairwise(words.line.items), 1):
            if following.text in _COLONS and HEAD in item.keys:
                said = told_audience.told(words, range(at))
                return None if said is None or not said.groups else Answer(words, speech, said, at).made()
        return None

    def _whom(self, words: Words, speech: Speech) -> Ask | None:
        """A group without ``all``, or a colon with nothing before it, behind the command's word."""
        lead = _lead(words)
        if lead is None:
            return None
        items = words.line.items
        if lead + 1 < len(items) and items[lead + 1].text in _COLONS:
            return Ask(NAME, "missing_audience", speech.language)
        said = told_audience.opening(words, lead)
        if said is None or said.problem is not None or _is_about_them(words, said) or len(said.groups) > 1:
            return None
        if str(said.args["audience"]) not in {"uco", "dco", "jr"} or said.begins is None:
            return None
        if said.begins >= len(items):
            return Ask(NAME, "missing_text", speech.language)
        every = words.line.as_typed(said.begins - 1, said.begins - 1)
        english = items[lead].languages == {Language.EN}
        known = self._words.write(
            EVERY,
            Language.EN if english else Language.BN,
            bangla_letters=speech.bangla_letters and not english,
        )
        line = f"{words.line.as_typed(0, lead)} {known} {every}: {words.line.rest_as_typed(said.begins)}"
        return Ask(NAME, "missing_audience", speech.language, (" ".join(line.split()),))


def _lead(words: Words) -> int | None:
    """Where the command's word stands, when it is the first one that says anything."""
    for at, item in enumerate(words.line.items):
        if HEAD in item.keys:
            return at if item.how <= How.SOUND else None
        if item.kind is Kind.NUMBER or (item.kind is Kind.WORD and not item.keys & {"filler", URGENT}):
            return None
    return None


def _is_alone(words: Words, lead: int) -> bool:
    return not any(item.kind is not Kind.MARK for at, item in enumerate(words.line.items) if at != lead)


def _marked(words: Words, lead: int) -> Iterator[tuple[int, Told | None]]:
    """The colon that ends the audience, with what it says; a None for one that ends something else."""
    items = words.line.items
    colons = [at for at in range(lead + 1, len(items)) if _ends_audience(words, at)]
    for colon in colons[:_MOST_COLONS]:
        span = [at for at in range(colon) if at != lead]
        begins = _title(words, lead, colon)
        at = next((at for at in range(lead + 1, colon) if told_meeting.MEETING in words.keys(at)), None)
        if at is not None:
            found = told_meeting.meeting(words, range(at + 1, colon), agenda=True)
            if found is None or words.keys(colon - 1) & (told_meeting.LABELS - {told_meeting.AGENDA}):
                if colon is not colons[-1] and words.keys(colon - 1) & told_meeting.LABELS:
                    continue
                yield colon, None
                return
            said = told_audience.told(words, [place for place in span if place < at])
            if said is not None:
                said.meeting = found
        elif begins is not None:
            said = told_audience.told(words, [place for place in span if place < begins])
            if said is not None:
                said.begins = begins
        else:
            said = told_audience.told(words, span)
        if said is not None and not said.strong and not said.names:
            said = None
        yield colon, said
        return


def _title(words: Words, lead: int, colon: int) -> int | None:
    """Where a heading of the message begins that stands right before the colon (``please note:``)."""
    begins = colon - 1
    if begins <= lead or TITLE not in words.keys(begins):
        return None
    while begins - 1 > lead and "filler" in words.keys(begins - 1) and URGENT not in words.keys(begins - 1):
        begins -= 1
    return begins


def _ends_audience(words: Words, at: int) -> bool:
    """Whether a colon may end the audience: not that of a time or of an address."""
    line = words.line
    if line.items[at].text not in _COLONS or is_abbreviated(words, at):
        return False
    if at + 1 == len(line.items):
        return True
    following = line.items[at + 1]
    if following.text == "/" and line.touching(at):
        return False
    numbers = line.items[at - 1].kind is Kind.NUMBER and following.kind is Kind.NUMBER
    return not (numbers and line.touching(at - 1) and line.touching(at))


def _is_about_them(words: Words, said: Told) -> bool:
    """Whether nothing but a list or a number of theirs is asked for: ``send all uco list``."""
    rest = [words.other[at] for at in range(said.begins or 0, len(words.line.items))]
    told = [each for items in rest for each in items if each.kind is not Kind.MARK]
    return any(each.keys & _TALK for each in told) and all(each.keys & (_TALK | {"filler"}) for each in told)
