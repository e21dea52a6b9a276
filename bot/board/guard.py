"""What keeps the pages safe: response headers, and who may speak through the simulator.

The simulator speaks as any number, so another site's page in the same browser must not reach it: a request that changes something
must be JSON, must come from our own page, and must name this machine. The last one is against a name that a stranger lets
point here (DNS rebinding), whose page would otherwise count as ours.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""On everything that the board answers."""

_OURS = frozenset({"same-origin", "none"})


class Refused(Exception):  # noqa: N818 - named for what happened, like the other refusals
    """A request that is not served, and why.

    Attributes:
        status: the HTTP status.
        key: what is wrong: ``page.error.<key>`` in the catalogue.
    """

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status = status
        self.key = key


def only_our_host(request: web.Request, public_url: str) -> None:
    """Refuse a host name that a stranger may have chosen.

    Ours are addresses, names without a dot (``localhost``, a container's name) and the name in ``gateway.public_url``.

    Raises:
        Refused: 403.
    """
    host = (urlsplit(f"//{request.host}").hostname or "").rstrip(".")
    if not (
        _is_address(host) or "." not in host or host.endswith(".localhost") or host == urlsplit(public_url).hostname
    ):
        raise Refused(403, "host")


def not_from_elsewhere(request: web.Request) -> None:
    """Refuse what a browser asks for on behalf of another site's page.

    Raises:
        Refused: 403.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in _OURS:
        raise Refused(403, "origin")


def only_our_page(request: web.Request) -> None:
    """Refuse what another site's page sends. A request without a browser's marks comes from a program and may pass.

    Raises:
        Refused: 403 from elsewhere, 415 when it is not JSON.
    """
    not_from_elsewhere(request)
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.host.lower():
        raise Refused(403, "origin")
    if request.content_type != "application/json":
        raise Refused(415, "json")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
