"""Normal forms of a text: one spelling of letters, digits, separators and spaces.

Bangla arrives in several Unicode forms, with Bangla and Latin digits mixed inside one number and with invisible marks
anywhere. ``normalise`` brings all of them to one form in which two texts that look the same are the same. It keeps what a
person can see: the letters, their case and their order.

Two rules are particular to Bangla:

- The danda ends a sentence and is also typed inside numbers (``১২৩।২০১৯``): it becomes a full stop.
- The visarga abbreviates (``রেজিঃ``) or stands for a colon; it becomes a colon unless a Bangla letter follows (``দুঃখ``).
"""

from __future__ import annotations

import re
import unicodedata

_BANGLA_DIGITS = "০১২৩৪৫৬৭৮৯"
_LATIN_DIGITS = "0123456789"
_TO_BANGLA = str.maketrans(_LATIN_DIGITS, _BANGLA_DIGITS)

# Direction marks, joiners, soft hyphen, byte order mark, variation selectors, the frame around the digit of a keycap emoji, tags
# and broken halves of surrogate pairs: they may stand anywhere without changing what was said.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]+"
)
_CONTROL = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029), " ")
_SIGNS = str.maketrans(
    {
        **dict(zip(_BANGLA_DIGITS, _LATIN_DIGITS, strict=True)),
        **dict.fromkeys("।॥॰۔", "."),
        **dict.fromkeys("‐‑‒–—―−⁃﹘﹣－٭", "-"),
        **dict.fromkeys("⁄∕⧸／", "/"),
        **dict.fromkeys("‘’‛′ʼ`´＇", "'"),
        **dict.fromkeys("“”„‟″«»＂", '"'),
        "ৰ": "র",  # the Assamese letters look alike and sit on some keyboards
        "ৱ": "ব",
    }
)
_VISARGA_AS_COLON = re.compile("ঃ(?![ঁ-ংঅ-ৎৗড়-ৣৰৱ])")
_TYPED_WORD = re.compile(r"\S+")
_LONGEST_CUT = 400
"""Characters of a word within which the place is looked for where a text begins."""
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_HAS_BANGLA = re.compile("[\u0980-\u09ff]")
_HAS_BANGLA_LETTER = re.compile("[ঁ-ঃঅ-ৎৗড়-ৣৰ-ৱ]")
_HAS_BANGLA_DIGIT = re.compile("[০-৯]")
# NFC itself never yields the precomposed letters: the standard excludes them from composition.
_PRECOMPOSED = (("\u09af\u09bc", "\u09df"), ("\u09a1\u09bc", "\u09dc"), ("\u09a2\u09bc", "\u09dd"))


def normalise(text: str) -> str:
    """The form to match on: NFC letters, ASCII digits and separators, single spaces, nothing invisible.

    Letters keep their case, and letter and nukta stay two characters, as NFC has it. Applying it twice changes nothing.
    """
    if text.isascii():
        return " ".join(text.translate(_CONTROL).split())
    text = _INVISIBLE.sub("", text).translate(_CONTROL)
    # The compatibility form folds what telephones and styled fonts offer for plain letters, digits and spaces.
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    if "ঃ" in text:
        text = _VISARGA_AS_COLON.sub(":", text)
    text = text.replace("অা", "আ")  # typed as two keys, looks like one letter
    text = _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0], "")), text)
    return " ".join(text.split())


def spelt_as(typed: str, plain: str, start: int, end: int) -> str:
    """A piece of a normalised text in the spelling in which it was typed, word by word.

    Args:
        typed: the text before it was normalised.
        plain: its end, or all of it, normalised.
        start: where the piece starts there.
        end: where it ends.
    """
    words, first = plain.split(" "), plain.count(" ", 0, start)
    raw = typed.split()
    spelt: list[str] = []
    at = sum(len(word) + 1 for word in words[:first])
    for index in range(first, len(words)):
        word = words[index]
        inside = slice(max(start - at, 0), min(end - at, len(word)))
        back = len(words) - index
        own = raw[-back] if back <= len(raw) and normalise(raw[-back]) == word else ""
        spelt.append(_same_piece(own, word, inside))
        at += len(word) + 1
        if at > end:
            break
    return " ".join(spelt)


def rest_as_typed(typed: str, rest: str) -> str | None:
    """The end of a text as it was typed, line breaks and all: what normalises to ``rest``; None where it cannot be told."""
    words = [word for word in _TYPED_WORD.finditer(typed) if normalise(word[0])]
    count, first = rest.count(" ") + 1, rest.split(" ", 1)[0]
    if not rest or count > len(words) or len(words[-count][0]) > _LONGEST_CUT:
        return None
    word = words[-count]
    # The first word may be the end of a longer one, behind a colon.
    begins = next((at for at in range(len(word[0])) if normalise(word[0][at:]) == first), None)
    if begins is None or normalise(said := typed[word.start() + begins :]) != rest:
        return None
    return said.strip()


def _same_piece(own: str, word: str, inside: slice) -> str:
    """What of a typed word a piece of its normal form is; the visarga that abbreviates (``লিঃ``) belongs to its word."""
    if inside.start == 0 and (inside.stop == len(word) or own.endswith("ঃ")) and own:
        return own
    if len(own) == len(word):
        return own[inside]
    return precomposed(word[inside])


def precomposed(text: str) -> str:
    """The form to send: NFC with য় ড় ঢ় as one character each, which saves a unit of the message for every one."""
    text = unicodedata.normalize("NFC", text)
    for pair, letter in _PRECOMPOSED:
        text = text.replace(pair, letter)
    return text


def bangla_digits(text: str) -> str:
    """The text with its Latin digits written in Bangla."""
    return text.translate(_TO_BANGLA)


def latin_digits(text: str) -> str:
    """The text with its digits of any script written in Latin, everything else as it was."""
    return (
        text if text.isascii() else _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0], digit[0])), text)
    )


def has_bangla(text: str) -> bool:
    """Whether any character of the Bangla block, a digit included, stands in the text."""
    return _HAS_BANGLA.search(text) is not None


def has_bangla_letter(text: str) -> bool:
    """Whether a Bangla letter or vowel sign stands in the text."""
    return _HAS_BANGLA_LETTER.search(text) is not None


def has_bangla_digit(text: str) -> bool:
    """Whether a Bangla digit stands in the text."""
    return _HAS_BANGLA_DIGIT.search(text) is not None
