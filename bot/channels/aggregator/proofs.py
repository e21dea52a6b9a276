"""How a provider shows that a request is its own. Everything is compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import time
from abc import ABC, abstractmethod
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.channels.aggregator.profile import BasicProof, HmacProof, SecretProof, TwilioProof

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bot.channels.aggregator.incoming import Request
    from bot.channels.aggregator.profile import Proof
    from bot.channels.aggregator.templates import Filling

_PORTS = {"https": 443, "http": 80}
_LONGEST_TIME = 12


class Guard(ABC):
    """Tells the provider from others."""

    @abstractmethod
    def knows(self, request: Request) -> bool:
        """Whether a request is the provider's."""


def guard(proof: Proof, values: Mapping[str, Filling], public_url: str, now: Callable[[], float] = time.time) -> Guard:
    """What tells a provider by its proof."""
    match proof:
        case SecretProof():
            return _Secret(proof, (proof.value.text(values) or "").encode())
        case BasicProof():
            return _Basic(f"{proof.user.text(values)}:{proof.password.text(values)}".encode())
        case TwilioProof():
            return _Twilio((proof.key.text(values) or "").encode(), public_url)
        case HmacProof():
            return _Hmac(proof, (proof.key.text(values) or "").encode(), int(proof.seconds.text(values) or 0), now)


def _same(shown: str, known: bytes) -> bool:
    return bool(known) and hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), known)


class _Secret(Guard):
    def __init__(self, proof: SecretProof, secret: bytes) -> None:
        self._proof = proof
        self._secret = secret

    def knows(self, request: Request) -> bool:
        if self._proof.query is not None:
            shown = request.address.get(self._proof.query, "")
        else:
            shown = request.headers.get(self._proof.header or "", "")
        return _same(shown, self._secret)


class _Basic(Guard):
    def __init__(self, pair: bytes) -> None:
        self._pair = pair

    def knows(self, request: Request) -> bool:
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        try:
            pair = b64decode(shown.strip(), validate=True)
        except ValueError:
            return False
        return hmac.compare_digest(pair, self._pair) and scheme.lower() == "basic"


class _Twilio(Guard):
    """Base64 of HMAC-SHA1 over the address as Twilio knows it and the parameters of the body, sorted."""

    def __init__(self, key: bytes, public_url: str) -> None:
        self._key = key
        self._public_url = public_url

    def knows(self, request: Request) -> bool:
        shown = request.headers.get("X-Twilio-Signature", "")
        fields = "".join(f"{name}{value}" for name, value in sorted(set(request.form or ())))
        found = [_same(shown, self._signed(url + request.path + fields)) for url in self._urls()]
        return any(found)

    def _signed(self, text: str) -> bytes:
        return b64encode(hmac.digest(self._key, text.encode("utf-8", "surrogateescape"), "sha1"))

    def _urls(self) -> Iterator[str]:
        """The public address, and the same with or without the usual port: it depends on the kind of call which Twilio signs."""
        yield self._public_url
        parsed = urlsplit(self._public_url)
        usual = _PORTS.get(parsed.scheme)
        if parsed.port is None:
            yield parsed._replace(netloc=f"{parsed.netloc}:{usual}").geturl()
        elif parsed.port == usual:
            yield parsed._replace(netloc=parsed.netloc.rpartition(":")[0]).geturl()


class _Hmac(Guard):
    """Hexadecimal HMAC-SHA256 over the body as it came and the time beside it, which must be about now."""

    def __init__(self, proof: HmacProof, key: bytes, seconds: int, now: Callable[[], float]) -> None:
        self._proof = proof
        self._key = key
        self._seconds = seconds
        self._now = now

    def knows(self, request: Request) -> bool:
        shown = request.headers.get(self._proof.header, "").lower()
        at = request.headers.get(self._proof.timestamp_header, "")
        signed = hmac.new(self._key, request.body + at.encode("utf-8", "surrogateescape"), hashlib.sha256)
        if not _same(shown, signed.hexdigest().encode()):
            return False
        return (
            at.isascii() and at.isdigit() and len(at) <= _LONGEST_TIME and abs(self._now() - int(at)) <= self._seconds
        )
