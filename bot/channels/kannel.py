"""Kannel 1.4: MO by ``get-url``, MT by ``sendsms`` or in the response body, DLR by ``dlr-url``.

Checked against Debian's kannel 1.4.5 and its user guide:

* MO comes as percent-encoded UTF-8 (``mo-recode = true``) or as raw UTF-16BE with ``coding=2&charset=UTF-16BE``; in the second form
  the byte 0x20 arrives as ``+``, and a text is bytes, not characters, so that the raw query is decoded here.
* ``sendsms`` answers 202 without a message id: our id travels in ``dlr-url``. Bangla needs ``coding=2`` or turns into ``?``.
* DLR status is one of 1 delivered, 2 failed, 4 waiting at the SMSC, 8 accepted by the SMSC, 16 rejected by the SMSC. A message
  of several parts gets receipts for its first part only.
* An answer in the response body needs ``X-Kannel-Coding: 2`` and an explicit charset, and ``accept-x-kannel-headers = true`` at Kannel.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Annotated, ClassVar
from urllib.parse import quote, unquote_plus, unquote_to_bytes

import aiohttp
from aiohttp import web
from pydantic import Field

from bot.channel import ChannelSettings, Taken
from bot.config import Address, Secret  # noqa: TC001 - pydantic reads the annotation
from bot.domain.errors import OutcomeUnknown, Refused, StoreError, Throttled, Unreachable
from bot.domain.messages import DLR, MO, ReceiptKind
from bot.domain.replies import SMS
from bot.domain.segments import Encoding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.channel import Answer, Gateway
    from bot.domain.messages import MT
    from bot.domain.replies import Abilities

DLR_MASK = 1 | 2 | 8 | 16

_CHARSETS = frozenset({"utf-8", "utf-16be", "utf-16", "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252"})
"""What a provider may write texts in. Others (utf-7, unicode_escape …) are no charsets of messages, and can carry mischief."""

_LARGEST_ID = 2**63 - 1


class KannelSettings(ChannelSettings):
    """Settings of a channel of kind ``kannel``."""

    send_url: Address = Field("http://127.0.0.1:13013/cgi-bin/sendsms", description="Kannel's sendsms address.")
    username: str = Field(description="User of Kannel's sendsms-user group.")
    password: Secret = Field(description="Its password.")
    secret: Secret = Field(description="Word that Kannel's get-url must carry as secret=…; receipts carry it too.")
    smsc: Annotated[str | None, Field(min_length=1)] = Field(
        None, description="Kannel's smsc-id to send by, if not its default."
    )


class KannelChannel:
    """One Kannel."""

    Settings: ClassVar[type[ChannelSettings]] = KannelSettings
    idempotent: ClassVar[bool] = False
    abilities: ClassVar[Abilities] = SMS
    real: ClassVar[bool] = True
    listening: ClassVar[bool] = True

    start_url: str | None = None

    def __init__(self, name: str, settings: ChannelSettings, gateway: Gateway) -> None:
        assert isinstance(settings, KannelSettings)  # noqa: S101 - app.py built it from Settings
        self.name = name
        self.settings: KannelSettings = settings
        self._gateway = gateway
        self._secret = settings.secret.get_secret_value().encode()

    def routes(self) -> Sequence[web.RouteDef]:
        """MO and DLR, by GET as Kannel does, by POST for those who prefer it."""
        path = f"/channels/{self.name}"
        return [
            web.get(f"{path}/mo", self._mo),
            web.post(f"{path}/mo", self._mo),
            web.get(f"{path}/dlr", self._dlr),
            web.post(f"{path}/dlr", self._dlr),
        ]

    async def _mo(self, request: web.Request) -> web.Response:
        query = await _query(request)
        if not self._knows(query):
            return web.Response(status=403, text="wrong secret")
        try:
            mo = self._read(query)
        except (KeyError, ValueError, LookupError) as error:
            return web.Response(status=400, text=f"not a message: {error}")
        try:
            answer = await self._gateway.receive(mo)
        except StoreError:
            return web.Response(status=503, text="try again")
        return _response(answer)

    def _read(self, query: Mapping[str, bytes]) -> MO:
        for needed in ("id", "from", "text"):
            if needed not in query:
                message = f"{needed} is missing"
                raise ValueError(message)
        charset = query.get("charset", b"").decode("ascii") or ("UTF-16BE" if query.get("coding") == b"2" else "UTF-8")
        if charset.lower() not in _CHARSETS:
            message = "the charset is not one that messages come in"
            raise ValueError(message)
        provider_id = query["id"].decode("utf-8", "replace").strip()
        if not provider_id:
            message = "id is empty: without it a message cannot be told from its repetition"
            raise ValueError(message)
        return MO(
            channel=self.name,
            provider_id=provider_id,
            sender=query["from"].decode("utf-8", "replace").strip(),
            to=query.get("to", b"").decode("utf-8", "replace"),
            text=query["text"].decode(charset, "replace"),
        )

    async def _dlr(self, request: web.Request) -> web.Response:
        query = await _query(request)
        if not self._knows(query):
            return web.Response(status=403, text="wrong secret")
        try:
            ours, status = int(query["id"]), int(query["status"])
        except (KeyError, ValueError):
            return web.Response(status=400, text="a receipt needs the numbers id and status")
        kind = receipt_kind(status)
        if kind is None or not 0 < ours <= _LARGEST_ID:
            return web.Response(text="nothing new")
        try:
            await self._gateway.receipt(DLR(self.name, ours, kind, detail=f"status {status}"))
        except StoreError:
            return web.Response(status=503, text="try again")
        return web.Response(text="taken")

    def _knows(self, query: Mapping[str, bytes]) -> bool:
        return hmac.compare_digest(query.get("secret", b""), self._secret)

    async def serve(self) -> None:
        """Nothing: its provider calls us."""

    async def submit(self, mt: MT) -> Taken:
        """Hand a message to ``sendsms``; see ``bot.channel`` for what each error leads to."""
        try:
            async with self._gateway.http.get(self.settings.send_url, params=self._parameters(mt)) as response:
                body = (await response.content.read(512)).decode("utf-8", "replace").strip()
                return _judge(response.status, body)
        except aiohttp.ClientError as error:
            # The answer itself broke off: the request was there, and the rest is a guess.
            message = f"the answer broke off: {type(error).__name__}"
            raise OutcomeUnknown(message) from error

    def _parameters(self, mt: MT) -> dict[str, str]:
        # Kannel replaces its own %-escapes in a dlr-url, so that a % of ours is written twice.
        secret = quote(self.settings.secret.get_secret_value(), safe="").replace("%", "%%")
        receipt = f"id={mt.id}&status=%d&secret={secret}"
        parameters = {
            "username": self.settings.username,
            "password": self.settings.password.get_secret_value(),
            "from": self._gateway.short_code,
            "to": mt.to,
            "text": mt.text,
            "charset": "UTF-8",
            "coding": "2" if mt.encoding == Encoding.UCS2 else "0",
            "dlr-mask": str(DLR_MASK),
            "dlr-url": f"{self._gateway.public_url}/channels/{self.name}/dlr?{receipt}",
        }
        if self.settings.smsc is not None:
            parameters["smsc"] = self.settings.smsc
        return parameters


def receipt_kind(status: int) -> ReceiptKind | None:
    """What a DLR status says; None when it says nothing new, or nothing that Kannel says."""
    return _RECEIPTS.get(status)


_RECEIPTS = {
    1: ReceiptKind.DELIVERED,
    2: ReceiptKind.FAILED,
    4: ReceiptKind.ACCEPTED,
    8: ReceiptKind.ACCEPTED,
    16: ReceiptKind.FAILED,
}


def _judge(status: int, body: str) -> Taken:
    """What ``sendsms`` means: the answers are listed in Kannel's user guide and in its gw/smsbox.c."""
    match status:
        case 202 if body[:2] in {"0:", "3:"}:  # accepted, or queued for later delivery
            return Taken()
        case 400 | 413 | 414:
            message = f"sendsms refuses the message: {status}"
            raise Refused(message)
        case 403 if "routable" in body:
            message = "Kannel has no route to this number"
            raise Refused(message)
        case 429:
            message = "too fast"
            raise Throttled(message, retry_after=2.0)
        case 401 | 403 | 404 | 503:
            # A wrong password or address is the operator's to mend: nothing was taken, and nothing must be lost meanwhile.
            message = f"sendsms does not serve us: {status}"
            raise Unreachable(message)
        case _:
            message = f"sendsms answered {status} and something else than Kannel does"
            raise OutcomeUnknown(message)


def _response(answer: Answer) -> web.Response:
    """200 with the answer, or empty: Kannel would try a 204 again."""
    if answer.text is None:
        return web.Response(text="")
    coding = "2" if answer.encoding == Encoding.UCS2 else "0"
    return web.Response(text=answer.text, headers={"X-Kannel-Coding": coding})


async def _query(request: web.Request) -> dict[str, bytes]:
    """The parameters as bytes: a text in UTF-16BE does not survive the usual decoding. The first of a name counts."""
    raw = request.rel_url.raw_query_string
    if request.method == "POST" and request.content_type == "application/x-www-form-urlencoded":
        raw = f"{raw}&{(await request.read()).decode('ascii', 'replace')}"
    found: dict[str, bytes] = {}
    for pair in raw.split("&"):
        name, _, value = pair.partition("=")
        found.setdefault(unquote_plus(name), unquote_to_bytes(value.replace("+", " ")))
    return found
