"""A message as the provider's HTTP request."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from multidict import CIMultiDict

from bot.channels.aggregator.profile import SecretProof, ValueKind
from bot.channels.aggregator.templates import Gap, Template, filled, merged, parsed
from bot.domain.segments import Encoding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.channels.aggregator.profile import BodyTable, Profile
    from bot.channels.aggregator.templates import Filling
    from bot.domain.messages import MT

_HOME = "+880"
_LARGEST_ID = 2**63 - 1

FORM = "application/x-www-form-urlencoded"
JSON = "application/json; charset=utf-8"

_percent = partial(quote, safe="")
_encoded = partial(urlencode, quote_via=quote, safe="")


@dataclass(frozen=True, slots=True)
class Submission:
    """A request that hands one message over."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


class Writer:
    """Writes messages as requests.

    Args:
        profile: how.
        values: what ``[channels.NAME]`` says besides.
        dlr_url: where the provider brings receipts, without parameters.
        short_code: the number that people text.
    """

    def __init__(self, profile: Profile, values: Mapping[str, Filling], dlr_url: str, short_code: str) -> None:
        self._profile = profile
        self._values = values
        self._dlr_url = dlr_url
        self._short_code = short_code
        send = profile.send
        self._plain = _carried(send)
        self._unicode = merged(self._plain, _carried(send.unicode))
        self._url = _unescaped(send.url, profile, values)
        self._ref = _given_back(send.ref.form, values)

    def written(self, mt: MT) -> Submission:
        """A message as the request that hands it over."""
        fillings = self._fillings(mt)
        carried = filled(self._unicode if mt.encoding == Encoding.UCS2 else self._plain, fillings)
        url = self._url.text(fillings, _percent) or ""
        if query := carried["query"]:
            url = f"{url}{'&' if '?' in url else '?'}{_encoded(query)}"
        headers = CIMultiDict({"User-Agent": "samabay-barta"})
        headers.update({name: str(each) for name, each in carried["headers"].items()})
        if self._profile.send.basic is not None:
            user, password = (each.text(fillings) or "" for each in self._profile.send.basic)
            headers["Authorization"] = "Basic " + b64encode(f"{user}:{password}".encode()).decode()
        body: bytes | None = None
        if "form" in carried:
            headers.setdefault("Content-Type", FORM)
            body = _encoded(carried["form"]).encode()
        elif "json" in carried:
            headers.setdefault("Content-Type", JSON)
            body = json.dumps(carried["json"], ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        return Submission(self._profile.send.method, url, headers, body)

    def _fillings(self, mt: MT) -> dict[str, Filling]:
        digits = mt.to.removeprefix("+")
        local = "0" + mt.to.removeprefix(_HOME) if mt.to.startswith(_HOME) else "00" + digits
        fillings: dict[str, Filling] = {
            **self._values,
            "to": mt.to,
            "to_digits": digits,
            "to_local": local,
            "text": mt.text,
            "short_code": self._short_code,
        }
        around = {name: value or "" for name, value in self._values.items()}
        fillings["ref"] = self._profile.send.ref.form.text({**around, "id": mt.id})
        fillings["dlr_url"] = self._address_for_receipts(fillings)
        return fillings

    def _address_for_receipts(self, fillings: Mapping[str, Filling]) -> str | None:
        """Where receipts of a message are brought, with the secret by which the provider is known, where it stands there."""
        if self._profile.dlr is None:
            return None
        query = filled(self._profile.dlr.query, fillings)
        proof = self._profile.proof
        if isinstance(proof, SecretProof) and proof.query is not None:
            query[proof.query] = proof.value.text(fillings)
        return f"{self._dlr_url}?{_encoded(query)}" if query else self._dlr_url

    def ours(self, ref: str | None) -> int | None:
        """Our id from what the provider gave back; None where it is not one that we gave."""
        if ref is None or (found := self._ref.fullmatch(ref)) is None:
            return None
        number = int(found[1])
        return number if 0 < number <= _LARGEST_ID else None


def _carried(body: BodyTable) -> dict[str, Any]:
    """Headers, query and body as templates; a body that there is not is not there."""
    carried: dict[str, Any] = {"headers": dict(body.headers), "query": dict(body.query)}
    if body.form is not None:
        carried["form"] = dict(body.form)
    if body.json_ is not None:
        carried["json"] = parsed(body.json_)
    return carried


def _unescaped(url: Template, profile: Profile, values: Mapping[str, Filling]) -> Template:
    """The address with the values of kind address put in as they are: what else fills it is percent-encoded."""
    parts: list[str | Gap] = []
    for part in url.parts:
        if isinstance(part, Gap) and part.name in values and profile.values[part.name].kind is ValueKind.ADDRESS:
            parts.append(str(values[part.name]))
        else:
            parts.append(part)
    return Template(tuple(parts))


def _given_back(form: Template, values: Mapping[str, Filling]) -> re.Pattern[str]:
    """How our id is told from what stands around it."""
    pattern = ""
    for part in form.parts:
        if isinstance(part, str):
            pattern += re.escape(part)
        else:
            pattern += "([0-9]{1,19})" if part.name == "id" else re.escape(str(values[part.name] or ""))
    return re.compile(pattern)
