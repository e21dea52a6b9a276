"""A registry with one of everything, and the documents made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from bot.document import File, Order
from bot.documents import KINDS, DocumentMaker
from bot.documents.writing import Writing
from bot.domain.access import Role
from bot.domain.messages import Language
from bot.domain.registry import Basis, RegistrationNo, SocietyLevel
from bot.i18n import read_catalogue
from bot.store import offices, people, societies
from bot.store.engine import in_transaction
from bot.store.people import Appointment
from bot.store.societies import Facts, Term
from bot.store.store import connected, do
from tests.conftest import NOW

if TYPE_CHECKING:
    from bot.documents.paper import Paper
    from bot.store.query import Tx

TODAY = NOW.date()
DIMLA = "55730012"
PHONE = "+8801700099931"


class Add(Protocol):
    """Writes a society whose committee's term ends so many days from today, or none."""

    def __call__(
        self, serial: int, left: int | None, *, name: str = "", office: str = DIMLA, category: str | None = None
    ) -> None: ...


class Printed:
    """A finished document, and what can be read in it."""

    def __init__(self, file: File) -> None:
        self.file = file

    def pages(self) -> list[str]:
        return [page.extract_text() for page in PdfReader(BytesIO(self.file.content)).pages]

    def book(self) -> Any:
        return load_workbook(BytesIO(self.file.content))

    def rows(self) -> list[dict[str, Any]]:
        """The rows of the workbook's table under their headers."""
        sheet = self.book().worksheets[0]
        header, *rows = sheet.iter_rows(min_row=6)
        return [dict(zip((cell.value for cell in header), row, strict=True)) for row in rows]


Make = Callable[..., Printed]


@pytest.fixture(scope="session")
def texts() -> dict[Language, dict[str, str]]:
    return {language: read_catalogue(language, "barta") for language in Language}


@pytest.fixture(scope="session")
def maker(texts: dict[Language, dict[str, str]]) -> DocumentMaker:
    return DocumentMaker(texts)


@pytest.fixture
def add(sqlite_url: str) -> Iterator[Add]:
    with connected(sqlite_url) as connection:

        def add(
            serial: int, left: int | None, *, name: str = "", office: str = DIMLA, category: str | None = None
        ) -> None:
            facts = (name or f"Society {serial}", category)
            in_transaction(connection, lambda tx: _add(tx, serial, left, office, *facts))

        yield add


def _add(tx: Tx, serial: int, left: int | None, office: str, name: str, category: str | None) -> None:
    place = offices.by_code(tx, office)
    assert place is not None
    register = offices.by_code(tx, offices.register_code(place))
    assert register is not None
    facts = Facts(place.id, TODAY, name, None, SocietyLevel.PRIMARY, category, None, None)
    society = societies.add(tx, register.id, RegistrationNo(serial, 2019), facts, TODAY)
    if left is not None:
        end = TODAY + timedelta(days=left)
        societies.put_terms(tx, [(society, Term(Basis.ELECTED, end - timedelta(days=1095), end))])
    person = people.person(tx, f"President {serial}", PHONE)
    people.appoint(tx, [Appointment(person, Role.PRESIDENT, date(2024, 1, 1), society_id=society)])


@pytest.fixture
def make(maker: DocumentMaker, sqlite_url: str) -> Make:
    def make(kind: str = "calendar", *, url: str = sqlite_url, office: str = DIMLA, **args: Any) -> Printed:
        order = Order(kind, {"office": office, "language": "en", **args})
        data = do(url, lambda tx: maker.collect(tx, order, TODAY), read_only=True)
        return Printed(maker.make(order, data, TODAY))

    return make


@pytest.fixture
def lay_out(maker: DocumentMaker, sqlite_url: str, english: Writing) -> Callable[..., Paper]:
    def lay_out(kind: str = "calendar", *, writing: Writing = english, office: str = DIMLA, **args: Any) -> Paper:
        order = Order(kind, {"office": office, **args})
        data = do(sqlite_url, lambda tx: maker.collect(tx, order, TODAY), read_only=True)
        return KINDS[kind].lay_out(data, writing)

    return lay_out


@pytest.fixture
def english(texts: dict[Language, dict[str, str]]) -> Writing:
    return Writing(Language.EN, texts[Language.EN])


@pytest.fixture
def bangla(texts: dict[Language, dict[str, str]]) -> Writing:
    return Writing(Language.BN, texts[Language.BN])
