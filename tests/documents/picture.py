"""Makes docs/images/election-calendar.png again from the demonstration: ``python -m tests.documents.picture``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bot.demo import load
from bot.document import Order
from bot.documents import election_calendar
from bot.documents.pdf import as_json
from bot.documents.typesetter import compiler
from bot.documents.writing import Writing
from bot.domain.messages import Language
from bot.i18n import read_catalogue
from bot.registry import load_offices
from bot.store import store
from bot.store.engine import engine_for
from bot.store.migrate import migrate
from tests.documents.conftest import DIMLA, TODAY

IMAGE = Path(__file__).parents[2] / "docs" / "images" / "election-calendar.png"
DOTS_PER_INCH = 100


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/demo.db"
        migrate(engine_for(url))
        store.do(url, load_offices)
        store.do(url, lambda tx: load(tx, TODAY))
        order = Order("calendar", {"office": DIMLA})
        data = store.do(url, lambda tx: election_calendar.collect(tx, order, TODAY), read_only=True)
    writing = Writing(Language.BN, read_catalogue(Language.BN, "barta"))
    paper = as_json(election_calendar.lay_out(data, writing), writing)
    pages = compiler(paper).compile(format="png", ppi=DOTS_PER_INCH)
    IMAGE.write_bytes(pages[0] if isinstance(pages, list) else pages or b"")


if __name__ == "__main__":
    main()
