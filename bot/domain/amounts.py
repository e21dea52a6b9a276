"""Reading one amount as it is typed: ``1390``, ``১২,৩৪,৫৬৭``, ``1,000,000``, ``82.41``, ``৫০০/-``."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.domain.text import normalise

_PLAIN = r"[0-9]+"
_WESTERN = r"[0-9]{1,3}(?:,[0-9]{3})+"
_LAKH = r"[0-9]{1,3}(?:,[0-9]{2})*,[0-9]{3}"
_GROUPED = re.compile(rf"{_WESTERN}|{_LAKH}")
_AMOUNT = re.compile(rf"(?P<whole>{_WESTERN}|{_LAKH}|{_PLAIN})(?:\.(?P<part>[0-9]+))?")
_AROUND = re.compile(r"^৳? ?|(?: ?(?:/ ?[-=]|%|\.))$")
_MOST_DIGITS, _MOST_WITH_POINT = 18, 15
"""A number with more digits is a slip, and would not be kept exactly everywhere."""


def amount(text: str) -> int | Decimal | None:
    """The number that a text is, whatever its digits and its commas; None when it is none, or a negative one.

    Args:
        text: one amount and nothing else, at most with the taka sign, ``/-`` or a percent sign.
    """
    return plain_amount(_AROUND.sub("", normalise(text)))


def plain_amount(text: str) -> int | Decimal | None:
    """The same for a normalised text with nothing around the number. What is behind the point counts only where it is not nothing."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None
    whole, part = found["whole"].replace(",", ""), (found["part"] or "").rstrip("0")
    if len(whole) + len(part) > (_MOST_WITH_POINT if part else _MOST_DIGITS):
        return None
    return Decimal(f"{whole}.{part}") if part else int(whole)


def is_grouped(text: str) -> bool:
    """Whether figures with commas between are one number, in lakhs or in thousands."""
    return _GROUPED.fullmatch(text) is not None
