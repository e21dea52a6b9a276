"""Sets a paper with Typst. A program of its own: JSON comes in, a PDF or a picture goes out, and the memory it took is gone with it.

Typst keeps what it has laid out for next time, some hundred megabytes after a few calendars, and gives none of it back; the gateway
runs for months on a small machine. Starting this takes a tenth of a second, because it imports nothing of the gateway. What a
document says comes in as data and goes out as text, so that a society named ``#import "x"`` or ``*a*`` is printed under that name.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

import typst
from fontpkg_hind_siliguri import ROOT as FONT_FOLDER

TEMPLATE = Path(__file__).with_name("paper.typ")


def fonts() -> typst.Fonts:
    """The one font there is: the same on every machine, whatever else is installed."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONT_FOLDER / "files")]
    )


def compiler(paper: str) -> typst.Compiler:
    """A paper, ready to become whatever Typst can make: a PDF, or a picture of each page.

    Args:
        paper: JSON, as ``bot.documents.pdf`` writes it and ``paper.typ`` reads it.
    """
    return typst.Compiler(
        TEMPLATE.read_bytes(), font_paths=fonts(), ignore_system_fonts=True, sys_inputs={"paper": paper}
    )


def main() -> None:
    """Standard input to standard output.

    The arguments are ``pdf`` and the moment to be written in it, in seconds of Unix time; or ``png``, the dots per inch that are
    wanted, and the fewest and the most there may be.
    """
    ready = compiler(sys.stdin.buffer.read().decode())
    format_, wanted, *bounds = sys.argv[1], *map(int, sys.argv[2:])
    if format_ == "png":
        least, most = bounds
        made = ready.compile(format="png", ppi=min(max(wanted, least), most))
    else:
        # Tags would make the file six times as large, and it goes out over mobile networks.
        made = ready.compile(format="pdf", timestamp=wanted, pdf_tags=False)
    sys.stdout.buffer.write(cast("bytes", made))


if __name__ == "__main__":
    main()
