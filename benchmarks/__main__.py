"""``make bench``: every benchmark, one line per figure, ratios first. Absolute rates are illustration only."""

from __future__ import annotations

import sys

from benchmarks import answers, broadcasting, dispatch, documents, importing, reminding, returns, searching, storm

BENCHMARKS = {
    "answers": answers.main,
    "broadcasting": broadcasting.main,
    "dispatch": dispatch.main,
    "documents": documents.main,
    "importing": importing.main,
    "reminding": reminding.main,
    "returns": returns.main,
    "searching": searching.main,
    "storm": storm.main,
}


def main() -> int:
    names = sys.argv[1:] or list(BENCHMARKS)
    for name in names:
        print(f"== {name}")
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
