"""What lies in ``static``: read once, served from memory under an address that changes with the content.

The address holds a digest of all files together, so that a browser may keep them for good and still never mixes two versions:
modules import each other by their names beside them.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files as package_files
from typing import TYPE_CHECKING

from aiohttp import web

from bot.board.guard import HEADERS

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPES: Mapping[str, str] = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_FOR_GOOD = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


class Files:
    """The static files.

    Attributes:
        version: changes whenever any of them does.
    """

    def __init__(self) -> None:
        found = sorted(package_files("bot.board").joinpath("static").iterdir(), key=lambda file: file.name)
        self._content = {file.name: file.read_bytes() for file in found if file.name.rpartition(".")[2] in _TYPES}
        digest = hashlib.sha256()
        for name, content in self._content.items():
            digest.update(name.encode() + b"\0" + content + b"\0")
        self.version = digest.hexdigest()[:12]

    def address(self, name: str) -> str:
        """Where a file is served.

        Raises:
            KeyError: there is no such file; a page that asks for one is wrong.
        """
        if name not in self._content:
            raise KeyError(name)
        return f"/static/{self.version}/{name}"

    async def serve(self, request: web.Request) -> web.Response:
        """One file. An address of another version gets what is there now, not to be kept."""
        name = request.match_info["name"]
        content = self._content.get(name)
        if content is None:
            return web.Response(status=404, text="not found\n", headers=HEADERS)
        keep = _FOR_GOOD if request.match_info["version"] == self.version else _ASK_AGAIN
        return web.Response(
            body=content,
            content_type=_TYPES[name.rpartition(".")[2]],
            charset="utf-8",
            headers={**HEADERS, "Cache-Control": keep},
        )
