"""A return form that is named as no form is: which forms there are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.domain.replies import Reply
from bot.domain.wording import Slot, Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.domain.forms import Form

TEXTS = (Wording("form.unknown", 2, {"typed": Slot.TYPED, "forms": Slot.CODES}),)

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,9}")


def unknown(typed: str, forms: Iterable[Form]) -> Reply:
    """Nothing is called so; what the forms are that could be meant."""
    return Reply("form.unknown", {"typed": typed, "forms": [form.code for form in forms]})


def may_be(typed: str) -> bool:
    """Whether a word looks as if it were to be a form's code."""
    return _CODE.fullmatch(typed) is not None


def instead(said: Reply, args: Mapping[str, Any], forms: Iterable[Form]) -> Reply:
    """What to say where a word was taken for an office that there is not, and may have been meant for a form: ``DUE XYZ``."""
    typed = str(said.params.get("typed", ""))
    code = said.key == "area.unknown_office" and "form" not in args and may_be(typed) and typed.isupper()
    return unknown(typed, forms) if code else said
