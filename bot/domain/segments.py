"""Segments: how a text is encoded on the wire, and the billable parts that it becomes.

GSM-7 (3GPP TS 23.038, default alphabet) carries 160 septets in one message or 153 in each part of a longer one; a
character of the extension table takes two septets, which stay together. A text with any other character goes out as
UCS-2: 70 code units of UTF-16 in one message, 67 in each part. Each part of a longer message gives up six octets to
the header that joins the parts again (3GPP TS 23.040).

Parts are cut between grapheme clusters only (Unicode UAX 29 with rule GB9c for conjuncts): a handset that shows the
parts one by one then never tears a surrogate pair, a vowel sign or a conjunct such as ক্ষ or স্ত্র্য apart. The cost is
that a message is now and then one part longer than its units divided by 67. A provider that cuts for itself, by plain
units, may therefore bill one part fewer than ``count`` says; it never bills more.

An empty text is one segment: a provider that is handed it submits it, and bills it.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

import regex  # type: ignore[import-untyped]  # the package has no type information

GSM7_ALONE = 160
GSM7_PART = 153
UCS2_ALONE = 70
UCS2_PART = 67

# 3GPP TS 23.038, section 6.2.1, row by row; 0x1B is the escape to the extension table and stands for no character.
_GSM7_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
# Section 6.2.1.1. Form feed shares its code with the page break.
_GSM7_EXTENSION = "\f^{}\\[~]|€"

_NOT_GSM7 = re.compile(f"[^{re.escape(_GSM7_BASIC + _GSM7_EXTENSION)}]")
_TWO_SEPTETS = re.compile(f"[{re.escape(_GSM7_EXTENSION)}]")
_ESCAPE = "\x1b"
# No cut after an escape, nor between \r and \n: the only cluster of two characters that GSM-7 can write.
_SEPTET_PARTS = re.compile(rf"(?s:.{{1,{GSM7_PART}}})(?<!{_ESCAPE})(?!(?<=\r)\n)")

_CLUSTER = regex.compile(r"\X")

# The quick way for the texts that the gateway itself writes: Bangla, printable ASCII and the usual punctuation. Within
# these characters a place is safe to cut when no mark or joiner follows it and no virama or joiner precedes it. That is
# at least as careful as UAX 29, unless another mark follows the virama: such a text goes the long way round. (A
# non-joiner ends a conjunct, so it may precede a cut: উদ্‌যাপন.)
_VIRAMA = "\u09cd"
_JOINER = "\u200d"
_NON_JOINER = "\u200c"
_MARKS = "\u0981-\u0983\u09bc\u09be-\u09cd\u09d7\u09e2\u09e3\u09fe"
_UNUSUAL = re.compile(r"[^\n\x20-\x7e\u0964\u0965\u0980-\u09ff\u200c\u200d\u2013\u2014\u2018\u2019\u201c\u201d\u2026]")
_MARK_AFTER_VIRAMA = re.compile(f"{_VIRAMA}{_JOINER}*[{_MARKS}]")
_USUAL_PARTS = re.compile(
    rf"(?s:.{{1,{UCS2_PART}}})(?:\Z|(?<![{_VIRAMA}{_JOINER}])(?![{_MARKS}{_JOINER}{_NON_JOINER}]))"
)
_USUAL_CUT = re.compile(rf"(?<![{_VIRAMA}{_JOINER}])(?![{_MARKS}{_JOINER}{_NON_JOINER}])")
_LONGEST_CLUSTER = 16


class Encoding(StrEnum):
    """The two encodings that the gateway uses on the wire."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"
    UTF8 = "UTF-8"  # in a chat, where nothing is counted


class Measure(NamedTuple):
    """What a text weighs on the wire.

    Attributes:
        encoding: the encoding it goes out in.
        units: septets (GSM-7) or UTF-16 code units (UCS-2), headers not counted.
        segments: billable parts.
    """

    encoding: Encoding
    units: int
    segments: int


def encoding_of(text: str) -> Encoding:
    """GSM-7 when every character is in its alphabet, else UCS-2."""
    return Encoding.GSM7 if _NOT_GSM7.search(text) is None else Encoding.UCS2


def units(text: str) -> int:
    """How long ``text`` is in the units of its own encoding: septets, or UTF-16 code units."""
    return _septets(text) if _NOT_GSM7.search(text) is None else _code_units(text)


def measure(text: str) -> Measure:
    """Encoding, length and billable parts of ``text`` in one go."""
    if _NOT_GSM7.search(text) is None:
        septets = _septets(text)
        return Measure(Encoding.GSM7, septets, 1 if septets <= GSM7_ALONE else len(_gsm7_parts(text)))
    code_units = _code_units(text)
    return Measure(Encoding.UCS2, code_units, 1 if code_units <= UCS2_ALONE else len(_ucs2_parts(text)))


def room(encoding: Encoding, segments: int) -> int:
    """How many units at most go into so many parts."""
    alone, part = (GSM7_ALONE, GSM7_PART) if encoding is Encoding.GSM7 else (UCS2_ALONE, UCS2_PART)
    return alone if segments == 1 else part * segments


def costly(text: str) -> str | None:
    """The first character that makes a text go out as UCS-2; None where none does."""
    found = _NOT_GSM7.search(text)
    return None if found is None else found[0]


def count(text: str) -> int:
    """How many billable parts ``text`` becomes: always ``len(split(text))``, and 1 for an empty text."""
    return measure(text).segments


def split(text: str) -> list[str]:
    """Cuts ``text`` into the parts that go out, in order; joined they are ``text`` again.

    Cuts fall between grapheme clusters. Only a cluster that is longer than a part by itself is cut inside, and then
    between code points. A short text, also an empty one, comes back as its only part. Each part is to be sent in the
    encoding of the whole text, whatever ``encoding_of`` says about the part alone.
    """
    if _NOT_GSM7.search(text) is None:
        septets = _septets(text)
        return [text] if septets <= GSM7_ALONE else _gsm7_parts(text)
    return [text] if _code_units(text) <= UCS2_ALONE else _ucs2_parts(text)


def head(text: str, width: int) -> str:
    """The longest beginning of ``text`` of at most ``width`` characters that does not cut a letter from its marks."""
    if len(text) <= width:
        return text
    # What comes after cannot move a boundary before it.
    near = text[: width + _LONGEST_CLUSTER]
    if _UNUSUAL.search(near) is None and _MARK_AFTER_VIRAMA.search(near) is None:
        while width and not _USUAL_CUT.match(near, width):
            width -= 1
        return near[:width]
    taken = ""
    for cluster in clusters(near):
        if len(taken) + len(cluster) > width:
            break
        taken += cluster
    return taken


def clusters(text: str) -> list[str]:
    """The grapheme clusters of ``text``, in order: what a reader takes for letters, conjuncts whole."""
    found: list[str] = _CLUSTER.findall(text)
    return found


def _septets(text: str) -> int:
    return len(text) + len(_TWO_SEPTETS.findall(text))


def _code_units(text: str) -> int:
    # A lone surrogate can arrive in a damaged text; it weighs one unit and must not stop the count.
    return len(text.encode("utf-16-le", "surrogatepass")) >> 1


def _gsm7_parts(text: str) -> list[str]:
    """The parts of a text in GSM-7 that does not fit alone."""
    # With the escape written out, as on the wire, every character is one septet.
    parts: list[str] = _SEPTET_PARTS.findall(_TWO_SEPTETS.sub(rf"{_ESCAPE}\g<0>", text))
    return [part.replace(_ESCAPE, "") for part in parts]


def _ucs2_parts(text: str) -> list[str]:
    """The parts of a text in UCS-2 that does not fit alone."""
    if _UNUSUAL.search(text) is None and _MARK_AFTER_VIRAMA.search(text) is None:
        parts: list[str] = _USUAL_PARTS.findall(text)
        if sum(map(len, parts)) == len(text):  # not so where one cluster is longer than a part
            return parts
    return _pack(clusters(text))


def _pack(whole: list[str]) -> list[str]:
    """Fills parts with whole clusters, in order, each part as full as it gets: no other cutting needs fewer parts."""
    parts: list[str] = []
    part: list[str] = []
    room = UCS2_PART
    for cluster in whole:
        weight = _code_units(cluster)
        # What is longer than a part is taken apart; each code point of it then counts as a cluster.
        for piece in (cluster,) if weight <= UCS2_PART else cluster:
            size = weight if piece is cluster else _code_units(piece)
            if size > room:
                parts.append("".join(part))
                part = []
                room = UCS2_PART
            part.append(piece)
            room -= size
    parts.append("".join(part))
    return parts
