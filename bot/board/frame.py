"""The frame of every page: in which language it is written, and how a template becomes an answer."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aiohttp import web
from babel.numbers import format_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.board.guard import HEADERS
from bot.domain.messages import Language
from bot.domain.text import bangla_digits, precomposed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.board.files import Files
    from bot.i18n import Renderer

COOKIE = "lang"
_YEAR = 365 * 24 * 3600
_FOR_PAGES = ("page.", "role.", "colour.")


class Frame:
    """Writes pages.

    Args:
        renderer: for the texts of the catalogues.
        files: for the addresses of styles and scripts.
        short_code: the number people text.
    """

    def __init__(self, renderer: Renderer, files: Files, short_code: str) -> None:
        self._renderer = renderer
        self._short_code = short_code
        self._templates = Environment(
            loader=PackageLoader("bot.board"),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["file"] = files.address
        self.words: Mapping[Language, Mapping[str, str]] = {language: self._words(language) for language in Language}

    def page(
        self,
        request: web.Request,
        template: str,
        *,
        status: int = 200,
        **values: Any,
    ) -> web.Response:
        """A template as a page in the reader's language, which ``?lang=`` chooses and a cookie keeps."""
        language = language_of(request)
        other = Language.EN if language is Language.BN else Language.BN
        html = self._templates.get_template(template).render(
            t=lambda key, **gaps: self.text(language, key, **gaps),
            role=lambda role: self._renderer.text(language, f"role.{role}"),
            n=lambda value: number(value, language),
            lang=str(language),
            other=str(other),
            here=request.path,
            short_code=self._short_code,
            **values,
        )
        response = web.Response(
            text=html, status=status, content_type="text/html", headers={**HEADERS, "Cache-Control": "no-cache"}
        )
        response.headers["Content-Language"] = language
        response.headers["Vary"] = "Cookie"
        if "lang" in request.query:
            response.set_cookie(COOKIE, language, max_age=_YEAR, samesite="Lax", httponly=True, path="/")
        return response

    def text(self, language: Language, key: str, **gaps: object) -> str:
        """The page text ``page.<key>``, its gaps filled in, numbers in the digits of the language."""
        text = self._renderer.text(language, f"page.{key}")
        filled = {name: number(gap, language) if isinstance(gap, int) else gap for name, gap in gaps.items()}
        return text.format_map(filled) if filled else text

    def message(self, request: web.Request, key: str) -> str:
        """What is wrong with a request, in the reader's language."""
        return self.text(language_of(request), f"error.{key}")

    def _words(self, language: Language) -> dict[str, str]:
        """Every text that a script may show."""
        texts = self._renderer.texts[language]
        return {key: precomposed(text) for key, text in texts.items() if key.startswith(_FOR_PAGES)}


def language_of(request: web.Request) -> Language:
    """What the address asks for, else what was chosen before, else Bangla."""
    return _language(request.query.get("lang"), request.cookies.get(COOKIE))


@lru_cache(maxsize=64)
def _language(*wishes: str | None) -> Language:
    known = {str(language): language for language in Language}
    return next((known[wish] for wish in wishes if wish in known), Language.BN)


def number(value: object, language: Language) -> str:
    """A number as it is written in ``language``: grouped in lakh, in Bangla digits on a Bangla page."""
    text = format_decimal(value, locale="en_IN") if isinstance(value, int) else str(value)
    return bangla_digits(text) if language is Language.BN else text
