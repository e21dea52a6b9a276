"""How long a document takes and how much memory: an upazila has about 400 societies, a district 3,000, a division up to 35,000.

Each case runs in a process of its own, so that its peak of memory is its own; what the program takes by itself is in it.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta

from bot.document import Order
from bot.documents import DocumentMaker
from bot.documents.election_calendar import Calendar
from bot.documents.ordering import Scene
from bot.domain.messages import Language
from bot.domain.offices import Level, Office
from bot.domain.registry import Basis
from bot.i18n import read_catalogue
from bot.store.terms import Counts, Ending

CASES = (("pdf", 400), ("pdf", 3_000), ("pdf", 5_000), ("xlsx", 400), ("xlsx", 3_000), ("xlsx", 50_000))
TODAY = date(2026, 11, 22)


def calendar(rows: int) -> Calendar:
    """A calendar of a district with this many societies, over three years."""
    office = Office(1, "5573", Level.DISTRICT, "BD/55/5573/", "নীলফামারী", "Nilphamari")
    name = "ডিমলা নবজাগরণ দুগ্ধ উৎপাদনকারী সমবায় সমিতি লিঃ"
    ends = sorted(TODAY + timedelta(days=number * 7919 % 1095 - 100) for number in range(rows))
    ending = [
        Ending(number, f"{number}/2019", name, None, "5573", "ডিমলা", "Dimla", Basis.ELECTED, TODAY, end)
        for number, end in enumerate(ends, start=1)
    ]
    scene = Scene(office, (), (), {"5573": office}, demo=False, today=TODAY)
    return Calendar(scene, {"5573": Counts(green=rows)}, ending, [], None)


def measured(format_: str, rows: int) -> tuple[float, int, int]:
    """Seconds, bytes, and the peak of memory in MiB of the gateway and of its typesetter, whichever took more."""
    maker = DocumentMaker({language: read_catalogue(language, "barta") for language in Language})
    order = Order("calendar", {"office": "5573", "format": format_})
    maker.make(order, calendar(10), TODAY)
    data = calendar(rows)
    started = time.perf_counter()
    file = maker.make(order, data, TODAY)
    seconds = time.perf_counter() - started
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return seconds, len(file.content), peak // 1024


def main() -> None:
    for format_, rows in CASES:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
            seconds, size, peak = process.submit(measured, format_, rows).result()
        print(f"calendar, {rows:>7,} rows, {format_:<4}: {seconds:6.2f} s, {size / 1024:8,.0f} KiB, peak {peak:,} MiB")


if __name__ == "__main__":
    main()
