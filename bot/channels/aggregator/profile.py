"""What stands in a provider's profile: the tables and keys, each by itself. What must hold between them is in ``checks``.

``docs/aggregators.md`` says how a profile is written.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
)

from bot.channels.aggregator.paths import Path
from bot.channels.aggregator.templates import Template

_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_VALUE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Means(StrEnum):
    """What an answer of the provider to a submission means."""

    TAKEN = "taken"
    THROTTLED = "throttled"
    BUSY = "busy"
    REFUSED = "refused"
    UNUSABLE = "unusable"
    UNKNOWN = "unknown"


class ValueKind(StrEnum):
    """What a value of ``[channels.NAME]`` must look like."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - the name of the kind
    NUMBER = "number"
    ADDRESS = "address"


def _template(value: Any) -> Template:
    if isinstance(value, Template):
        return value
    if not isinstance(value, str):
        raise ValueError("is a text in quotes")  # noqa: TRY004 - pydantic takes ValueError
    return Template.parse(value)


def _checked(value: Any) -> Any:
    """Tables and lists of texts, numbers and truths, as JSON has them."""
    if isinstance(value, dict):
        return {key: _checked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_checked(each) for each in value]
    if isinstance(value, str | bool | int | float) or type(value).__name__ == "Decimal":
        return value
    raise ValueError("is made of tables, lists, texts, numbers, true and false")


def _path(value: Any) -> Path:
    if not isinstance(value, str):
        raise ValueError("is a text in quotes, such as messages[0].status")  # noqa: TRY004 - pydantic takes ValueError
    return Path.parse(value)


def _ids(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _default(value: Any) -> str | int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("is a text in quotes, or a whole number")  # noqa: TRY004 - pydantic takes ValueError
    return value


def _pattern(value: Any) -> re.Pattern[str]:
    if not isinstance(value, str):
        raise ValueError("is a regular expression in quotes")  # noqa: TRY004 - pydantic takes ValueError
    try:
        return re.compile(value)
    except re.error as error:
        message = f"is no regular expression: {error.msg}"
        raise ValueError(message) from error


def _words(value: Any) -> Any:
    """One word or a list of them, as texts."""
    many = value if isinstance(value, list) else [value]
    if not many or not all(isinstance(each, str | int) for each in many):
        raise ValueError("is a word or a number, or a list of them")
    return tuple(str(each).lower() if isinstance(each, bool) else str(each) for each in many)


def _media_type(value: str) -> str:
    if _MEDIA_TYPE.fullmatch(value) is None:
        raise ValueError("is a media type such as text/plain; what is written is UTF-8")
    return value


def _value_name(value: str) -> str:
    if _VALUE_NAME.fullmatch(value) is None:
        raise ValueError("is named by small letters, digits and _, beginning with a letter")
    return value


Text: TypeAlias = Annotated[Template, BeforeValidator(_template)]
Document: TypeAlias = Annotated[dict[str, Any], BeforeValidator(_checked)]
Where: TypeAlias = Annotated[Path, BeforeValidator(_path)]
Pattern: TypeAlias = Annotated[re.Pattern[str], BeforeValidator(_pattern)]
Words: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_words)]
ValueName: TypeAlias = Annotated[StrictStr, AfterValidator(_value_name)]
MediaType: TypeAlias = Annotated[StrictStr, AfterValidator(_media_type)]
Status: TypeAlias = Annotated[StrictInt, Field(ge=100, le=599)]
Fields: TypeAlias = dict[StrictStr, Text]
Conditions: TypeAlias = dict[Annotated[Path, BeforeValidator(_path)], Words]


class Table(BaseModel):
    """A table of a profile."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class ValueTable(Table):
    """``[values.NAME]``: what ``[channels.NAME]`` says besides, such as a key."""

    about: Annotated[StrictStr, Field(min_length=1)]
    kind: ValueKind = ValueKind.TEXT
    default: Annotated[str | int | None, BeforeValidator(_default)] = None
    optional: StrictBool = False
    pattern: Pattern | None = None


class BodyTable(Table):
    """What a request carries."""

    headers: Fields = {}
    query: Fields = {}
    form: Fields | None = None
    json_: Document | None = Field(None, alias="json")


class RefTable(Table):
    """``[send.ref]``: what our id looks like at the provider."""

    form: Text = Template.parse("{id}")
    longest: Annotated[StrictInt, Field(ge=10, le=200)] = 20


class SendTable(BodyTable):
    """``[send]``: a message on its way to the provider."""

    method: Literal["GET", "POST"] = "POST"
    url: Text
    basic: Annotated[list[Text], Field(min_length=2, max_length=2)] | None = None
    ref: RefTable = RefTable()
    unicode: BodyTable = BodyTable()


class AnswerTable(Table):
    """``[[answers]]``: what the provider says to that, and what it means. The first that fits counts."""

    means: Means
    status: list[Status] = []
    where: Conditions = {}
    text: Pattern | None = None
    id: Where | None = None
    reason: StrictStr = ""
    retry_after: Annotated[StrictInt, Field(ge=1, le=3600)] = 5


class AcknowledgementTable(Table):
    """``answer``: what the provider is told when its message or receipt is safe."""

    status: Annotated[StrictInt, Field(ge=200, le=299)] = 200
    body: StrictStr = ""
    type: MediaType = "text/plain"


class MoAcknowledgementTable(AcknowledgementTable):
    """The same with a reply in it, where the provider takes one."""

    reply: Text | None = None


class IncomingTable(Table):
    """What a request of the provider looks like."""

    methods: Annotated[list[Literal["GET", "POST"]], Field(min_length=1)] = ["POST"]
    body: Literal["query", "form", "json"] = "json"
    each: Where | None = None
    only: Conditions = {}


class MoTable(IncomingTable):
    """``[mo]``: a message in."""

    id: Annotated[list[Where], BeforeValidator(_ids), Field(min_length=1)]
    sender: Where
    to: Where | None = None
    text: Where
    answer: MoAcknowledgementTable = MoAcknowledgementTable()


class MeansTable(Table):
    """``[dlr.means]``: the provider's words for what became of a message."""

    accepted: Words = ()
    delivered: Words
    failed: Words


class DlrTable(IncomingTable):
    """``[dlr]``: a receipt."""

    ref: Where | None = None
    provider_id: Where | None = None
    status: Where
    detail: Where | None = None
    query: Fields = {}
    means: MeansTable
    answer: AcknowledgementTable = AcknowledgementTable()


class SecretProof(Table):
    """A word that the provider shows each time."""

    kind: Literal["secret"]
    query: StrictStr | None = None
    header: StrictStr | None = None
    value: Text


class BasicProof(Table):
    """A user and a password."""

    kind: Literal["basic"]
    user: Text
    password: Text


class TwilioProof(Table):
    """Twilio's signature of the address and the parameters."""

    kind: Literal["twilio"]
    key: Text


class HmacProof(Table):
    """A signature of the body and the time."""

    kind: Literal["hmac"]
    key: Text
    header: StrictStr = "X-Signature"
    timestamp_header: StrictStr = "X-Timestamp"
    seconds: Text = Template.parse("300")


Proof: TypeAlias = Annotated[SecretProof | BasicProof | TwilioProof | HmacProof, Field(discriminator="kind")]


class Profile(Table):
    """A profile's whole file."""

    title: Annotated[StrictStr, Field(min_length=1)]
    values: dict[ValueName, ValueTable] = {}
    send: SendTable
    answers: Annotated[list[AnswerTable], Field(min_length=1)]
    proof: Proof | None = None
    mo: MoTable | None = None
    dlr: DlrTable | None = None
