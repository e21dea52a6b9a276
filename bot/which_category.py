"""Which category of societies a word such as মৎস্যজীবী means: the registry keeps a code for a known one, else its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.domain import search
from bot.domain.messages import Language
from bot.domain.replies import Choice, Reply
from bot.domain.wording import Slot, Wording
from bot.store import categories

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.i18n import Renderer
    from bot.store.query import Tx

LISTED = 5

TEXTS = (
    Wording("send.which_category", 3, {}, option="send.category", options=LISTED),
    Wording("send.category", 1, {"name": Slot.SHORT_NAME}),
    Wording("send.no_category", 3, {"typed": Slot.TYPED}, option="send.category", options=LISTED),
)


def label(renderer: Renderer, category: str) -> dict[str, str]:
    """What a category is called, by language."""
    key = f"document.category.{category}"
    return {language.value: renderer.texts[language].get(key, category) for language in Language}


def category(tx: Tx, renderer: Renderer, args: Mapping[str, Any]) -> str | Reply:
    """The category that a request names; or which there are."""
    used = categories.used(tx)
    typed = str(args["category"])
    if typed in used:
        return typed
    wanted = _meant(typed)
    spelt = {one: [one.replace("_", " "), *label(renderer, one).values()] for one in used}
    same = [one for one, spellings in spelt.items() if any(search.keys([each]) == wanted for each in spellings)]
    found = same or [one for one in used if wanted and any(_fits(wanted, each) for each in spelt[one])]
    if len(found) == 1:
        return found[0]
    choices = tuple(_choice(renderer, one, args) for one in (found or used)[:LISTED])
    if found:
        return Reply("send.which_category", choices=choices)
    return Reply("send.no_category", {"typed": typed}, choices=choices)


def _meant(text: str) -> frozenset[str]:
    return search.keys([text])


def _fits(wanted: frozenset[str], spelling: str) -> bool:
    """Whether each word that was said is one of the category's, or means the same as one of them."""
    own = search.keys([spelling])
    return all(own & ({each} | search.same_meaning(each)) for each in wanted)


def _choice(renderer: Renderer, one: str, args: Mapping[str, Any]) -> Choice:
    name = label(renderer, one)
    return Choice(Reply("send.category", {"name": name}), "send", {**args, "category": one}, (one, *name.values()))
