"""Letters that a job has written: each is queued by a unit of work of its own, so that messages are answered in between."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.posting import Letter
    from bot.scheduler.job import Run


async def tell(run: Run, letters: Iterable[Letter]) -> None:
    """Queue letters; those that are there already are left alone, and STOP spares a number."""
    for letter in letters:
        courtesy = replace(letter, courtesy=True)
        posted = await run.store.write(partial(run.post.send, letter=courtesy, now=run.now, today=run.today))
        if posted is not None and posted.new:
            run.queued[letter.message_class] += 1
            run.channels.add(posted.channel)
