"""One-time secrets: codes that people type and tokens that links carry; only their digests are ever kept.

A code has six digits, so that nobody guesses it within the few tries it allows in the few minutes it lives; a token has sixty bits and
needs no limit of tries.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

DIGITS = 6
TOKEN_LENGTH = 12
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that are mistaken for one another when a link is typed off a page."""


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def new_token() -> str:
    """Twelve random letters and digits: fit for a link, and for Telegram's start parameter."""
    return "".join(secrets.choice(_LETTERS) for _ in range(TOKEN_LENGTH))


def new_salt() -> str:
    """What makes equal codes look different in the store."""
    return secrets.token_hex(8)


def digest(secret: str, salt: str = "") -> str:
    """What is kept of a secret."""
    return hashlib.blake2b(secret.encode(), salt=salt.encode()[:16], digest_size=32).hexdigest()


def matches(secret: str, salt: str, kept: str) -> bool:
    """Whether a secret is the one kept, in constant time."""
    return hmac.compare_digest(digest(secret, salt), kept)
