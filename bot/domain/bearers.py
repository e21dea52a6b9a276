"""What a new name or number says about who holds a seat of a society: somebody else, or the same person corrected."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.staffing import like_name, person_name, same_name


class Kind(StrEnum):
    """What changes."""

    NEW = "new"  # somebody else, or the first one
    NUMBER = "number"  # the same person under another number
    NAME = "name"  # the same person, spelt otherwise


class Lack(StrEnum):
    """Why nothing can be changed yet."""

    NAME = "name"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Seat:
    """Who is to hold a seat from now on."""

    kind: Kind
    name: str
    msisdn: str | None


def changed(was: tuple[str, str | None] | None, typed: str | None, msisdn: str | None) -> Seat | Lack | None:
    """What a request does to a seat.

    Args:
        was: name and number of who holds it, if anybody does.
        typed: the name that was given.
        msisdn: the number that was given.

    Returns:
        The seat as it will be; what is lacking for that; or None where everything is so already.
    """
    name = None if typed is None else person_name(typed)
    if typed is not None and name is None:
        return Lack.NAME
    if was is None:
        return Lack.NAME if name is None else Lack.PHONE if msisdn is None else Seat(Kind.NEW, name, msisdn)
    old_name, old_msisdn = was
    name, msisdn_is_same = name or old_name, msisdn in {None, old_msisdn}
    if same_name(name, old_name):
        return None if msisdn_is_same else Seat(Kind.NUMBER, old_name, msisdn)
    if like_name(name, old_name):
        return Seat(Kind.NAME, name, old_msisdn) if msisdn_is_same else Seat(Kind.NUMBER, name, msisdn)
    # Another name without a number: the old one is not the new holder's.
    return Lack.PHONE if msisdn is None else Seat(Kind.NEW, name, msisdn)
