"""The gaps of a text that an officer writes: bare names only, whatever he types."""

from __future__ import annotations

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.gaps import Flaw, Kind, folded, is_sound, read, shown

NAMES = {
    folded(name): gap for name, gap in {"নম্বর": "r", "তারিখ": "d", "reg no": "r", "r": "r", "d": "d", "y": "y"}.items()
}
ALLOWED = ("r", "d", "n")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("{নম্বর}: শেষ {তারিখ}", "{r}: শেষ {d}"),
        ("{ নম্বর }  শেষ\n{তারিখ}", "{r} শেষ {d}"),
        ("{REG  NO}: ends {d}", "{r}: ends {d}"),
        ("{r} ক\u200eখ\u200b", "{r} কখ"),
        ("{r} সময়", "{r} সম\u09df"),
    ],
)
def test_what_is_stored(typed: str, stored: str) -> None:
    assert read(typed, NAMES, ALLOWED) == stored


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("শেষ {তারিখ}", Kind.NO_NUMBER),
        ("শেষ (নম্বর)", Kind.NO_NUMBER),
        ("{নম্বর}: 12", Kind.EMPTY),
        ("", Kind.EMPTY),
        ("{r}: ends {d", Kind.BRACES),
        ("r}: ends", Kind.BRACES),
        ("{{r}}: ends", Kind.BRACES),
        ("{r}: ends {y}", Kind.UNKNOWN_GAP),
        ("{r}: ends {}", Kind.UNKNOWN_GAP),
        ("{r}: {0} x", Kind.UNKNOWN_GAP),
        ("{r.__class__}: x", Kind.UNKNOWN_GAP),
        ("{r[0]}: x", Kind.UNKNOWN_GAP),
        ("{r!r}: x", Kind.UNKNOWN_GAP),
        ("{r:>999}: x", Kind.UNKNOWN_GAP),
        ("{r}: {colour} x", Kind.UNKNOWN_GAP),
        ("{r}: a\x07b", Kind.CONTROL),
        ("{r}: a\ue000b", Kind.CONTROL),
        ("{r}: a\ud800b", Kind.CONTROL),
    ],
)
def test_what_is_refused(typed: str, kind: Kind) -> None:
    found = read(typed, NAMES, ALLOWED)
    assert isinstance(found, Flaw)
    assert found.kind is kind


def test_the_unknown_gap_is_named() -> None:
    assert read("{r} {সভাপতি}", NAMES, ALLOWED) == Flaw(Kind.UNKNOWN_GAP, gap="সভাপতি")


pieces = st.one_of(
    st.sampled_from(["{", "}", "{{", "}}", "{r}", "{d}", "{নম্বর}", "{r!r}", "{r:9}", "{r.x}", "{0}", "{}", "{ r }"]),
    st.text(alphabet=st.characters(), max_size=6),
    st.text(alphabet=string.printable + "নম্বরতারিখ", max_size=8),
)


@given(st.lists(pieces, max_size=8).map("".join))
@example("{r}{d}x")
@example("{r}%(x)s$y")
def test_what_is_accepted_can_be_filled_in_and_read_again(typed: str) -> None:
    stored = read(typed, NAMES, ALLOWED)
    if isinstance(stored, Flaw):
        return
    assert is_sound(stored, ALLOWED)
    assert read(stored, NAMES, ALLOWED) == stored
    filled = stored.format_map({"r": "<R>", "d": "<D>", "n": "<N>"})
    assert "<R>" in filled
    assert "{" not in filled
    assert len(filled) <= len(stored)
    assert read(shown(stored, {"r": "নম্বর", "d": "তারিখ"}), NAMES, ALLOWED) == stored


@given(st.lists(pieces, max_size=6).map("".join))
def test_what_is_sound_never_breaks(stored: str) -> None:
    if is_sound(stored, ALLOWED):
        assert "{" not in stored.format_map({"r": 1, "d": 2, "n": 3})


@pytest.mark.parametrize("stored", ["{r", "{r}}", "{r!r}", "{y}", "{}", "{r.a}", "{R}"])
def test_what_is_not_sound(stored: str) -> None:
    assert not is_sound(stored, ALLOWED)
