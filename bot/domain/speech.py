"""How the sender writes: his language, his letters, his digits; and writing a line in the same way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.domain.form_words import NO_FORMS
from bot.domain.messages import Language
from bot.domain.msisdn import Msisdn
from bot.domain.text import bangla_digits, has_bangla_digit, has_bangla_letter, latin_digits
from bot.domain.vocabulary import COMMAND, How

if TYPE_CHECKING:
    from bot.domain.form_words import FormWords
    from bot.domain.line import Line
    from bot.domain.shapes import Argument, CommandShape
    from bot.domain.vocabulary import Vocabulary

_LATIN_LETTER = re.compile("[A-Za-z]")
_BANGLA_ONLY = {Language.BN}
_LATIN_DIGIT = re.compile("[0-9]")


@dataclass(frozen=True, slots=True)
class Speech:
    """How a line is written.

    Attributes:
        language: Bangla for Bangla letters or digits and for Bangla in Latin letters; English for other Latin letters.
        bangla_letters: whether to write to him in Bangla letters.
        bangla_digits: whether to write to him in Bangla digits.
    """

    language: Language
    bangla_letters: bool
    bangla_digits: bool

    @classmethod
    def of(cls, typed: str, line: Line, rest: str, names: Set[str] = frozenset()) -> Speech:
        """How a text is written, its keyword and such names as are the same in every language left aside."""
        if typed.isascii():
            if not _LATIN_LETTER.search(rest):
                return cls(Language.BN, bangla_letters=True, bangla_digits=False)
            language = Language.BN if _sounds_bangla(line, How.STEM, names) else Language.EN
            return cls(language, bangla_letters=False, bangla_digits=False)
        letters, digits = has_bangla_letter(rest), has_bangla_digit(typed)
        latin = _LATIN_LETTER.search(rest) is not None
        bangla = letters or digits or not latin or _sounds_bangla(line, How.STEM, names)
        return cls(
            Language.BN if bangla else Language.EN,
            bangla_letters=letters or not latin,
            bangla_digits=digits or (letters and not _LATIN_DIGIT.search(rest)),
        )

    def hearing(self, line: Line) -> Speech:
        """The same, once misspelt words have been recognised."""
        if self.language is Language.BN or not _sounds_bangla(line, How.NEAR):
            return self
        return Speech(Language.BN, self.bangla_letters, self.bangla_digits)

    def write(
        self, shape: CommandShape, args: Mapping[str, Any], vocabulary: Vocabulary, forms: FormWords = NO_FORMS
    ) -> str:
        """A line that he could have written for a command with these arguments."""
        parts = [self._word(COMMAND + shape.name, vocabulary)]
        for argument in shape.arguments:
            if (value := args.get(argument.name)) is None:
                continue
            parts[-1] += argument.mark
            if argument.spoken is not None:
                parts += map(self._value, argument.spoken(value, self._called(args, forms)))
            else:
                parts += self._said(argument, value, vocabulary)
        return " ".join(part for part in parts if part)

    def _called(self, args: Mapping[str, Any], forms: FormWords) -> Callable[[str], str]:
        """How he calls a return's figures."""
        return partial(forms.written, args=args, bangla_letters=self.bangla_letters)

    def _said(self, argument: Argument, value: Any, vocabulary: Vocabulary) -> list[str]:
        key = next((key for key in sorted(argument.evidence | argument.words) if key.endswith(f".{value}")), None)
        if key is not None:
            return [self._word(key, vocabulary)]
        label = [self._word(argument.label, vocabulary)] if argument.label else []
        if argument.written is not None:
            value = argument.written(value)
        values = value.values() if isinstance(value, Mapping) else (value,)
        return [*label, *(self._value(each) for each in values)]

    def _word(self, key: str, vocabulary: Vocabulary) -> str:
        return vocabulary.write(key, self.language, bangla_letters=self.bangla_letters)

    def _value(self, value: Any) -> str:
        text = str(value)
        if isinstance(value, Msisdn):
            text = text.removeprefix("+88")  # as it is written at home: 01700099900
        return bangla_digits(text) if self.bangla_digits else latin_digits(text)


def _sounds_bangla(line: Line, how: How, names: Set[str] = frozenset()) -> bool:
    words = (item for item in line.items if len(item.text) > 1 and item.text.lower() not in names)
    return any(item.languages == _BANGLA_ONLY and item.how <= how for item in words)
