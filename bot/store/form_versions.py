"""What each version of a form meant when the first return was filed by it: from then on it does not change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.store.query import Query, insert_once
from bot.store.schema import form_versions

if TYPE_CHECKING:
    from bot.domain.forms import Form, Forms
    from bot.store.query import Tx

_USE = insert_once(form_versions, "code", "version", "meaning", unique=["code", "version"])
_ALL = Query(
    select(form_versions.c.code, form_versions.c.version, form_versions.c.meaning),
    lambda code, version, meaning: (code, version, meaning),
)


def use(tx: Tx, form: Form) -> None:
    """Remember what a version means, unless that is known already."""
    tx.run(_USE, code=form.code, version=form.version, meaning=form.meaning)


def changed(tx: Tx, forms: Forms) -> list[str]:
    """The versions by which returns were filed, and which are gone or mean something else now: ``SOC version 1``."""
    found = []
    for code, version, meaning in tx.all(_ALL):
        form = forms.exact(code, version)
        if form is None or form.meaning != meaning:
            found.append(f"{code} version {version}")
    return found
