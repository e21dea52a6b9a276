"""Telephone numbers: a parsed E.164 number, and what may stand in a log in its place.

People type a number in many ways and spreadsheets spoil it in more. ``Msisdn.parse`` reads every form that loses no
digit and refuses the rest. It judges a number by its length only, never by its range: operators get new ranges before
any table knows them, and a number that is refused is a society that is not reminded.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from typing import Final, Self

import phonenumbers
from phonenumbers import PhoneNumberType, ValidationResult

from bot.domain.errors import InvalidMsisdn

HOME_REGION: Final = "BD"
HOME_CODE: Final = 880

LONGEST_SHORT_CODE: Final = 8
"""Digits; a sender with no more than these is a service, not a telephone."""

_LONGEST_TYPED = 64
_LIST_MARKS = " \t\r\n,;।"  # left over when a number is copied out of a list
_PSEUDONYM_LENGTH = 10

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# Nearly every number: a mobile number of Bangladesh, 013 to 019, in the international or the national form, or in the
# national form whose zero a spreadsheet ate.
_USUAL = re.compile(r"(?:(?:\+|00)?880|0)?(1[3-9][0-9]{8})")
_CLEAN = re.compile(r"\+?[0-9]+")
# A number that passed through a spreadsheet: 1700099900.0, or 1.700099900E+09 with every digit still there.
_FLOAT = re.compile(r"(\+?[0-9]+)\.0+")
_SCIENTIFIC = re.compile(r"([0-9])\.([0-9]+)[eE]\+?([0-9]{1,2})")
_SEPARATORS = frozenset(".()[]'_\u2212")
_IGNORED_CATEGORIES = frozenset({"Zs", "Cc", "Cf", "Pd"})  # spaces, tabs, invisible marks, dashes of every length


class Msisdn(str):
    """A telephone number in E.164 form: ``+`` and 7 to 15 digits.

    It is its own text: ``str(number)`` is ``+8801700099900``, and it sorts, hashes and is stored like it. ``repr`` is
    masked, so that a number does not reach a log inside of another object. ``Msisdn(text)`` takes the canonical form
    only, as read from the store; use ``parse`` for what a person typed or a provider sent.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Takes the canonical form.

        Raises:
            InvalidMsisdn: not ``+`` and 7 to 15 digits.
        """
        if _E164.fullmatch(text) is None:
            raise InvalidMsisdn("A stored telephone number begins with + and has 7 to 15 digits.")
        return str.__new__(cls, text)

    def __repr__(self) -> str:
        return f"Msisdn({masked(self)!r})"

    @classmethod
    def parse(cls, text: str, region: str = HOME_REGION) -> Self:
        """Reads a number as typed by a person, sent by a provider or exported by a spreadsheet.

        Understood: ``+8801…``, ``8801…``, ``008801…``, ``01…``, ``1…`` (a spreadsheet ate the zero), each with
        spaces, dashes, dots or brackets, in Bangla or other digits, and with a trailing ``.0`` or in scientific
        notation where that keeps every digit. Foreign numbers need their ``+`` or ``00``.

        Args:
            text: the number.
            region: ISO 3166 code of the country that a number without a country code belongs to.

        Raises:
            InvalidMsisdn: no such number can exist, or a spreadsheet has rounded it; the sentence never contains it.
        """
        if region == HOME_REGION:
            usual = _USUAL.fullmatch(text)
            if usual is not None:
                return str.__new__(cls, "+880" + usual[1])
        return str.__new__(cls, _parse_unusual(text, region))


def is_machine(sender: str) -> bool:
    """Whether a sender is a service rather than a telephone: it gets no reply, so that two robots never converse.

    A service is an alphanumeric sender id (``bKash``, ``Robi Offer``) or a short code of at most 8 digits (``16123``);
    so is a sender that is not there at all.
    """
    if _USUAL.fullmatch(sender) is not None:
        return False
    cleaned = _clean(sender)
    return _CLEAN.fullmatch(cleaned) is None or len(cleaned.lstrip("+")) <= LONGEST_SHORT_CODE


def masked(number: Msisdn) -> str:
    """A number for logs and error reports: the country code and the last two digits, e.g. ``+880…00``."""
    return f"{_country_code(number)}…{number[-2:]}"


def pseudonym(number: Msisdn, key: bytes) -> str:
    """Ten hexadecimal digits that stand for a number, so that the log lines of one sender can be told to be his.

    HMAC-SHA256, cut short. Without the key it cannot be undone by trying all numbers; with another key it is another
    word. Two among a hundred thousand numbers share one with a probability of about 0.5 %.

    Raises:
        ValueError: the key is empty, which would make it a plain hash that anyone can undo.
    """
    if not key:
        raise ValueError("A pseudonym needs a secret key.")
    return hmac.digest(key, number.encode("ascii"), "sha256").hex()[:_PSEUDONYM_LENGTH]


def _parse_unusual(text: str, region: str) -> str:
    """The E.164 form of a number that is not in one of the usual forms."""
    if len(text) > _LONGEST_TYPED:
        raise InvalidMsisdn("This is too long for a telephone number.")
    digits = _clean(_without_spreadsheet_marks(_ascii_digits(text).strip(_LIST_MARKS)))
    if not digits:
        raise InvalidMsisdn("The telephone number is empty.")
    if _CLEAN.fullmatch(digits) is None:
        raise InvalidMsisdn("A telephone number has digits only, like 01XXXXXXXXX.")
    if region == HOME_REGION:
        usual = _USUAL.fullmatch(digits)
        if usual is not None:
            return "+880" + usual[1]
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        raise InvalidMsisdn("No country has such a telephone number.") from None
    _check_length(number)
    canonical = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if _E164.fullmatch(canonical) is None:  # a few countries have numbers of two digits, and of more than E.164 allows
        raise InvalidMsisdn("This is too short or too long for a telephone number.")
    return canonical


def _check_length(number: phonenumbers.PhoneNumber) -> None:
    """Refuses a number whose length does not occur among the numbers of its country.

    At home only the length of mobile numbers will do. The landlines there come in almost every length below it, so
    that a mobile number with a digit missing would pass for one.

    Raises:
        InvalidMsisdn: too short, too long or in between.
    """
    if number.country_code == HOME_CODE:
        if number.italian_leading_zero:  # all zeros, as forms hold them for want of a number
            raise InvalidMsisdn("No country has such a telephone number.")
        found = phonenumbers.is_possible_number_for_type_with_reason(number, PhoneNumberType.MOBILE)
        example = "a mobile number of Bangladesh has 11 digits, like 01XXXXXXXXX"
    else:
        found = phonenumbers.is_possible_number_with_reason(number)
        example = "a foreign number begins with + and its country code"
    if found == ValidationResult.IS_POSSIBLE:
        return
    short = found in {ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY}
    raise InvalidMsisdn(f"The telephone number has too {'few' if short else 'many'} digits: {example}.")


def _without_spreadsheet_marks(text: str) -> str:
    """Undoes what a spreadsheet does to a number that it takes for a quantity.

    Raises:
        InvalidMsisdn: scientific notation that no longer shows every digit; the missing ones may not have been zeros.
    """
    decimal = _FLOAT.fullmatch(text)
    if decimal is not None:
        return decimal[1]
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific is None:
        return text
    first, rest, exponent = scientific[1], scientific[2], int(scientific[3])
    if len(rest) < exponent or rest[exponent:].strip("0"):
        raise InvalidMsisdn("A spreadsheet has rounded this telephone number: format its column as text.")
    return first + rest[:exponent]


def _ascii_digits(text: str) -> str:
    """``text`` with the digits of every script as 0-9, and a full-width plus as +."""
    if text.isascii():
        return text
    folded = (unicodedata.decimal(char, None) for char in text)
    return "".join(char if digit is None else str(digit) for char, digit in zip(text, folded, strict=True)).replace(
        "\uff0b", "+"
    )


def _clean(text: str) -> str:
    """``text`` with ASCII digits and without the marks that people put between them."""
    return "".join(
        char
        for char in _ascii_digits(text)
        if char not in _SEPARATORS and unicodedata.category(char) not in _IGNORED_CATEGORIES
    )


def _country_code(number: Msisdn) -> str:
    """``+`` and the country code; only ``+`` where no country has one that fits."""
    if number.startswith("+880"):
        return "+880"
    # No country code begins another, so the first that fits is the one; they have one to three digits.
    for end in (2, 3, 4):
        if int(number[1:end]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return str(number[:end])
    return "+"
