"""The texts of the reminders that offices have in their own words: see, try, set and drop them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bot import config as settings
from bot.cli.inout import print_json, read, write

if TYPE_CHECKING:
    from bot.domain.gaps import Flaw
    from bot.domain.messages import Language
    from bot.domain.offices import Office
    from bot.i18n import Renderer
    from bot.store.query import Tx
    from bot.texts import Example

ACTOR = "barta"
"""Who changed a text from the command line, as the audit log has it."""

_office = click.option("--office", required=True, metavar="CODE", help="Code of the office whose area it is for.")
_key = click.option("--key", required=True, help="The text, such as reminder.term.notice.")
_lang = click.option(
    "--lang", type=click.Choice(["bn", "en"]), default="bn", show_default=True, help="Language of the text."
)


@click.group()
def texts() -> None:
    """The texts of the reminders, which an office may have in its own words."""


@texts.command("list")
@click.option(
    "--office", metavar="CODE", help="What is in force at this office; otherwise what any office has written."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_texts(office: str | None, *, as_json: bool) -> None:
    """Show the texts that offices have written, or all that are in force at one office."""
    url = settings.environment().database_url
    rows = read(url, _written if office is None else lambda tx: _in_force(tx, office))
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['key']} {row['language']} ({row['office'] or 'standard'}): {row['text']}")
    if not rows:
        click.echo("No office has written a text of its own.")


@texts.command("set")
@_office
@_key
@_lang
@click.argument("text")
def set_text(office: str, key: str, lang: str, text: str) -> None:
    """Give an office a text of its own, with gaps such as {নম্বর} or {number}."""
    from bot import texts as own
    from bot.domain.errors import InvalidValue
    from bot.domain.gaps import Flaw
    from bot.domain.messages import Language

    env = settings.environment()
    language, renderer = Language(lang), _renderer()
    judged = own.judged(renderer, _checked(key), language, text)
    if isinstance(judged, Flaw):
        raise InvalidValue(_sentence(renderer, key, judged))
    now = settings.clock(env).now()

    def work(tx: Tx) -> None:
        own.change(tx, _at(tx, office), key, language, judged, at=now, by=ACTOR, inbox_id=None)

    write(env.database_url, work)
    click.echo(f"{key} ({lang}) is set for {office}.")
    if letter := own.halves(judged, language):
        click.echo(f"With '{letter}' in it one SMS holds 70 characters, without it 160.", err=True)


@texts.command("reset")
@_office
@_key
@_lang
def reset(office: str, key: str, lang: str) -> None:
    """Drop the text that an office has of its own."""
    from bot import texts as own
    from bot.domain.errors import InvalidValue
    from bot.domain.messages import Language
    from bot.store import texts as store

    env = settings.environment()
    language, now = Language(lang), settings.clock(env).now()
    _checked(key)

    def work(tx: Tx) -> None:
        at = _at(tx, office)
        if store.of_office(tx, at.id, key, language) is None:
            raise InvalidValue(f"the office {office} has no text of its own for {key} ({lang})")
        own.change(tx, at, key, language, None, at=now, by=ACTOR, inbox_id=None)

    write(env.database_url, work)
    click.echo(f"{key} ({lang}) of {office} is dropped.")


@texts.command("preview")
@click.option("--office", default="BD", metavar="CODE", show_default=True, help="Code of the office whose area it is.")
@_key
@_lang
@click.option("--society", metavar="REG_NO", help="A society of that area; otherwise one is chosen.")
@click.argument("text", required=False)
def preview(office: str, key: str, lang: str, society: str | None, text: str | None) -> None:
    """Show a text as a society gets it: the one in force, or the one given."""
    from bot import texts as own
    from bot.domain.errors import InvalidValue
    from bot.domain.gaps import Flaw
    from bot.domain.messages import Language
    from bot.domain.segments import measure

    env = settings.environment()
    language, renderer, today = Language(lang), _renderer(), settings.clock(env).today()
    law = settings.load(env).law
    judged = None if text is None else own.judged(renderer, _checked(key), language, text)
    if isinstance(judged, Flaw):
        raise InvalidValue(_sentence(renderer, key, judged))

    def work(tx: Tx) -> str:
        at = _at(tx, office)
        example = own.example(tx, at.lineage, _checked(key), today) if society is None else _society(tx, at, society)
        said = judged or own.in_force(tx, renderer, at.lineage, _checked(key), language).text
        return own.sample(renderer, example, key, language, said, today, audit_by=law.audit_by)

    sample = read(env.database_url, work)
    size = measure(sample)
    click.echo(sample)
    click.echo(f"[{size.encoding}, {size.units} characters, {size.segments} segment(s)]", err=True)


def _renderer() -> Renderer:
    from bot.i18n import Renderer
    from bot.reminder_texts import TEXTS

    return Renderer(TEXTS)


def _written(tx: Tx) -> list[dict[str, Any]]:
    from bot.store import texts as store

    return [_row(each.office.code, each.key, each.language, each.text) for each in store.every(tx)]


def _in_force(tx: Tx, code: str) -> list[dict[str, Any]]:
    from bot import texts as own
    from bot.domain.messages import Language
    from bot.reminder_texts import EDITABLE

    office, renderer = _at(tx, code), _renderer()
    rows = []
    for key in EDITABLE:
        for language in Language:
            found = own.in_force(tx, renderer, office.lineage, key, language)
            rows.append(_row(found.source.code if found.source else None, key, language, found.text))
    return rows


def _row(office: str | None, key: str, language: Language, text: str) -> dict[str, Any]:
    """A text and the office that wrote it; none for the catalogue's."""
    return {"office": office, "key": key, "language": language.value, "text": text}


def _checked(key: str) -> str:
    from bot.domain.errors import InvalidValue
    from bot.reminder_texts import EDITABLE

    if key not in EDITABLE:
        raise InvalidValue(f"--key is one of {', '.join(EDITABLE)}")
    return key


def _at(tx: Tx, code: str) -> Office:
    from bot.domain.errors import InvalidValue
    from bot.store import offices

    office = offices.by_code(tx, code)
    if office is None:
        raise InvalidValue(f"there is no office with the code {code[:16]}")
    return office


def _society(tx: Tx, office: Office, reg_no: str) -> Example:
    from bot.domain.errors import InvalidValue
    from bot.domain.registry import RegistrationNo
    from bot.domain.text import latin_digits
    from bot.store import standings
    from bot.texts import Example

    found = standings.by_number(tx, RegistrationNo.parse(latin_digits(reg_no)))
    here = next((each for each in found if each.lineage.startswith(office.lineage)), None)
    if here is None:
        raise InvalidValue(f"there is no society {reg_no[:16]} in the area of the office {office.code}")
    return Example(here.registration_no, here.expires_on)


def _sentence(renderer: Renderer, key: str, flaw: Flaw) -> str:
    from bot import texts as own
    from bot.domain.gaps import Kind
    from bot.domain.messages import Language

    known = own.shown(renderer, " ".join(f"{{{gap}}}" for gap in own.allowed(key)), Language.EN)
    letter = f" because of '{flaw.letter}', and 160 without it" if flaw.letter else ""
    said = {
        Kind.EMPTY: "the text has no words beside its gaps",
        Kind.NO_NUMBER: "the registration number is missing: write {number} where it goes",
        Kind.BRACES: f"the braces do not match: write each gap as one of {known}",
        Kind.UNKNOWN_GAP: f"there is no gap named '{flaw.gap}'; there are {known}",
        Kind.CONTROL: "the text has a sign that no SMS can carry",
        Kind.TOO_LONG: f"{flaw.excess} characters too long in the longest case: one SMS holds {flaw.most}{letter}",
    }
    return said[flaw.kind]
