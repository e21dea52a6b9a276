"""``[channels.NAME]`` with ``kind = "aggregator"``: which profile, and the values that the profile asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError, model_validator

from bot.channel import ChannelSettings
from bot.channels.aggregator.loading import load
from bot.channels.aggregator.profile import HmacProof, ValueKind
from bot.channels.aggregator.templates import Gap
from bot.config import Address, Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.channels.aggregator.profile import Profile, ValueTable
    from bot.channels.aggregator.templates import Filling

_ADDRESS: TypeAdapter[str] = TypeAdapter(Address)
_PREFIX = re.compile(r"[A-Za-z0-9]*")
_MOST_DIGITS = 10
"""Our ids have no more for as long as fewer than ten thousand million messages were sent."""


def _text(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | SecretStr):
        raise ValueError("must be a text in quotes, or a whole number")  # noqa: TRY004 - pydantic takes ValueError
    if isinstance(value, str) and not value.isprintable():
        raise ValueError("must be one line, without control characters")
    return str(value) if isinstance(value, int) else value


class AggregatorSettings(ChannelSettings):
    """Settings of a channel of kind ``aggregator``; what the profile asks for stands beside them."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Annotated[Secret, BeforeValidator(_text)]]

    profile: Annotated[str, Field(min_length=1)] = Field(
        description="The provider: a profile that comes with the program, or the path of an office's own file."
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        profile = self.loaded
        wrong = [*self._wrong(profile)]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    @property
    def loaded(self) -> Profile:
        """The profile.

        Raises:
            SettingsError: it cannot be used; says file and line.
        """
        return load(self.profile)

    @property
    def values(self) -> dict[str, Filling]:
        """What the profile asked for, by name; None for what is optional and was not given."""
        return {name: self._value(name, table) for name, table in self.loaded.values.items()}

    @property
    def send_url(self) -> str:
        """The provider's host, for ``barta doctor``: without anything secret."""
        fillings = {gap: self.values.get(gap, "0") for gap in self.loaded.send.url.gaps}
        parsed = urlsplit(self.loaded.send.url.text(fillings) or "")
        return f"{parsed.scheme}://{parsed.hostname}" + (f":{parsed.port}" if parsed.port else "")

    def _given(self, name: str) -> str | None:
        found: SecretStr | None = (self.__pydantic_extra__ or {}).get(name)
        return None if found is None else found.get_secret_value()

    def _value(self, name: str, table: ValueTable) -> Filling:
        given = self._given(name)
        value = table.default if given is None else given
        if value is None:
            return None
        match table.kind:
            case ValueKind.NUMBER:
                return int(value)
            case ValueKind.ADDRESS:
                return _ADDRESS.validate_python(str(value))
            case _:
                return str(value)

    def _wrong(self, profile: Profile) -> Iterator[str]:
        asked = profile.values
        for name in sorted(set(self.__pydantic_extra__ or ()) - set(asked)):
            yield f"{name}: the profile {self.profile} asks for no such setting; it asks for {', '.join(asked) or 'none'}"
        for name, table in asked.items():
            value = self._given(name)
            if value is None and table.default is None and not table.optional:
                yield f"{name}: is missing; the profile {self.profile} asks for it: {table.about}"
            elif value is not None:
                yield from (f"{name}: {said}" for said in _unlike(value, table))
        if self.reply == "body" and (profile.mo is None or profile.mo.answer.reply is None):
            yield "reply: must be 'api': this provider takes no answer in the response to a message"
        yield from self._wrong_ids(profile)

    def _wrong_ids(self, profile: Profile) -> Iterator[str]:
        """Our id with what stands around it fits, and can be told again."""
        around = ""
        for part in profile.send.ref.form.parts:
            if not isinstance(part, Gap):
                around += part
            elif part.name != "id":
                around += self._given(part.name) or str(profile.values[part.name].default or "")
        if not _PREFIX.fullmatch(around):
            yield "send.ref: our id must consist of letters and digits"
        elif len(around) + _MOST_DIGITS > profile.send.ref.longest:
            most = profile.send.ref.longest - _MOST_DIGITS
            yield f"send.ref: what stands around our id has {len(around)} characters and may have {most}"
        seconds = (
            profile.proof.seconds.text(dict.fromkeys(profile.values, "1"))
            if isinstance(profile.proof, HmacProof)
            else "1"
        )
        if not str(seconds).isdigit():
            yield "proof.seconds: must be a whole number"


def _unlike(value: str, table: ValueTable) -> Iterator[str]:
    if table.kind is ValueKind.NUMBER and not (value.isascii() and value.isdigit()):
        yield "must be a whole number"
    if table.kind is ValueKind.ADDRESS:
        try:
            _ADDRESS.validate_python(value)
        except ValidationError as error:
            yield error.errors()[0]["msg"].removeprefix("Value error, ")
    if table.pattern is not None and not table.pattern.fullmatch(value):
        yield f"does not look like one: {table.about}"
