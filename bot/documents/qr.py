"""A link as a picture that a phone reads: shown on one screen, opened on another."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import segno

from bot.domain.messages import File

if TYPE_CHECKING:
    from bot.domain.replies import Order

QR = "qr"
SCALE = 10
"""Pixels of one module: a symbol of about 400 pixels, sharp on any phone."""


def qr(order: Order) -> File:
    """The picture of ``order.args["url"]``."""
    picture = io.BytesIO()
    segno.make(str(order.args["url"]), error="m", micro=False).save(picture, kind="png", scale=SCALE, border=4)
    return File("link.png", "image/png", picture.getvalue())
