"""The society list: every society once, in order, and phones only where they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.document import Order
from bot.domain.errors import InvalidValue
from bot.store.store import do
from tests.documents.conftest import DIMLA, PHONE, TODAY, Add, Make

if TYPE_CHECKING:
    from bot.documents import DocumentMaker


def test_every_society_is_there_once_in_order(add: Add, make: Make) -> None:
    for serial, left in ((3, 10), (1, None), (2, -5)):
        add(serial, left, category="milk" if serial == 2 else "of our own kind")
    (text,) = make("societies").pages()
    places = [text.index(f"Society {serial}") for serial in (1, 2, 3)]
    assert places == sorted(places)
    assert [text.count(f"Society {serial}") for serial in (1, 2, 3)] == [1, 1, 1]
    assert "Primary 1 1 0 1 3" in text
    assert "By category: of our own kind 2, Milk 1" in text
    assert "Upazila Cooperative Office, Dimla: 3" in text


def test_a_higher_office_has_a_section_for_each_of_its_offices(add: Add, make: Make) -> None:
    add(1, 10, office="55730015")
    add(2, 10)
    text = "\n".join(make("societies", office="5573").pages())
    dimla, domar = (f"Upazila Cooperative Office, {name}: 1" for name in ("Dimla", "Domar"))
    assert text.index(dimla) < text.index("Society 2") < text.index(domar) < text.index("Society 1")
    assert [row["No"].value for row in make("societies", office="5573", format="xlsx").rows()] == [1, 2]


@pytest.mark.parametrize("language", ["bn", "en"])
def test_phones_and_names_come_only_when_asked_for(add: Add, make: Make, language: str) -> None:
    add(1, 10)
    local = PHONE.removeprefix("+88")
    shown = local if language == "en" else local.translate(str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯"))
    for phones in (False, True):
        text = "".join(make("societies", phones=phones, language=language).pages())
        assert (shown in text, "President 1" in text.replace("১", "1")) == (phones, phones)
        book = make("societies", phones=phones, language=language, format="xlsx").book()
        cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
        assert (shown in cells, "President 1" in cells) == (phones, phones)
    assert "President 1" not in "".join(make("societies", language=language).pages())


def test_phones_is_yes_or_no(maker: DocumentMaker, sqlite_url: str) -> None:
    with pytest.raises(InvalidValue, match="true or false"):
        do(sqlite_url, lambda tx: maker.collect(tx, Order("societies", {"office": DIMLA, "phones": "no"}), TODAY))


def test_an_office_without_societies_has_a_page_that_says_so(make: Make) -> None:
    (text,) = make("societies").pages()
    assert "No society is on record for this office." in text
