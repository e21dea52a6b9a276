"""The check of the texts: ``python -m bot.catalogues`` (part of ``make check`` and of ``barta doctor``).

Every declared text must be in both catalogues with the same gaps, every catalogue text must be declared, and each text must fit its
segments when every gap is filled with its widest value. Failing lines say by how much.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bot.domain.messages import Language
from bot.fitting import Finding, fits
from bot.i18n import Renderer, gaps_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.wording import Wording

# Words that messages are filled with, and the texts of pages and printed documents: none is ever a message by itself.
_NOT_MESSAGES = (
    "colour.",
    "sender.",
    "year.",
    "page.",
    "role.",
    "event.",
    "figures.",
    "mark.",
    "month.short.",
    "weekday.",
    "daytime.",
    "word.",
    "menu.",
    "document.",
    "subject.",
    "gap.",
    "example.",
    "audience.",
)


def check(renderer: Renderer) -> list[Finding]:
    """Every finding, good and bad."""
    return [*_declared(renderer), *_undeclared(renderer)]


def _declared(renderer: Renderer) -> Iterator[Finding]:
    for wording in renderer.wordings.values():
        for language in Language:
            yield from _one(renderer, wording, language)


def _one(renderer: Renderer, wording: Wording, language: Language) -> Iterator[Finding]:
    missing = [key for key in wording.entries() if key not in renderer.texts[language]]
    if missing:
        for key in missing:
            yield Finding(key, language, 0, 0, wording.segments, "is missing")
        return
    for key in wording.entries():
        strange = gaps_in(renderer.texts[language][key]) - set(wording.gaps())
        if strange:
            yield Finding(key, language, 0, 0, wording.segments, f"has unknown gaps {sorted(strange)}")
            return
    for key in wording.entries():
        yield fits(renderer, wording, key, language)


def _undeclared(renderer: Renderer) -> Iterator[Finding]:
    known = {key for wording in renderer.wordings.values() for key in wording.entries()}
    for language in Language:
        for key in renderer.texts[language]:
            if key not in known and not key.startswith(_NOT_MESSAGES):
                yield Finding(key, language, 0, 0, 0, "is in the catalogue but nothing says it")
        for key in set(renderer.texts[Language.BN]) ^ set(renderer.texts[Language.EN]):
            if key not in renderer.texts[language] and not any(
                key in each.entries() for each in renderer.wordings.values()
            ):
                yield Finding(key, language, 0, 0, 0, "is missing")


def main() -> int:
    """Print what is wrong, or how many texts fit; exit code 1 when something is wrong."""
    from bot.handlers import COMMANDS, WORDINGS  # noqa: PLC0415 - this module is below the handlers but for its main

    texts = [*WORDINGS, *(wording for command in COMMANDS for wording in command.texts)]
    findings = check(Renderer(texts))
    wrong = [finding for finding in findings if finding.wrong]
    for finding in wrong:
        sys.stderr.write(f"{finding.language}/barta.po: {finding.key} {finding.wrong}, allowed {finding.allowed}\n")
    if not wrong:
        widest = max(findings, key=lambda finding: finding.units)
        sys.stdout.write(
            f"{len(findings)} texts fit their segments; the widest is {widest.key} ({widest.units} units)\n"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
