"""What must hold between the keys of a profile: gaps that something fills, a way to tell messages and receipts, a proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bot.channel import ChannelSettings
from bot.channels.aggregator.paths import Path
from bot.channels.aggregator.profile import HmacProof, Means, SecretProof, TwilioProof
from bot.channels.aggregator.templates import Gap, Template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.channels.aggregator.profile import AnswerTable, BodyTable, DlrTable, IncomingTable, MoTable, Profile, Proof
    from bot.toml_faults import Fault
    from bot.toml_lines import Path as Place

OF_A_MESSAGE: Final = ("to", "to_digits", "to_local", "text", "ref", "dlr_url", "short_code")
"""What a message fills."""

_NUMBERS = frozenset({"to", "to_digits", "to_local"})
_TAKEN_NAMES = frozenset({*OF_A_MESSAGE, "id", "profile", *ChannelSettings.model_fields})


def of(profile: Profile) -> Iterator[Fault]:
    """Everything that is wrong between the keys of a profile."""
    yield from _values(profile)
    yield from _gaps(profile)
    yield from _send(profile)
    yield from _answers(profile)
    if (profile.mo or profile.dlr) and profile.proof is None:
        yield ("mo" if profile.mo else "dlr",), "needs a [proof]: how the provider shows that it is the provider"
    if profile.proof is not None:
        yield from _proof(profile.proof, profile)
    yield from _needed(profile)
    if profile.mo is not None:
        yield from _mo(profile.mo)
    if profile.dlr is not None:
        yield from _dlr(profile, profile.dlr)


def _values(profile: Profile) -> Iterator[Fault]:
    for name, value in profile.values.items():
        if name in _TAKEN_NAMES:
            yield ("values", name), "is a name that has its meaning already: take another"
        if value.default is not None and value.optional:
            yield ("values", name, "optional"), "means nothing beside a default"


def _gaps(profile: Profile) -> Iterator[Fault]:
    """Every text, with what may fill it."""
    values = set(profile.values)
    for place, text in _texts(profile):
        if isinstance(text, str):
            try:
                template = Template.parse(text)
            except ValueError as error:
                yield place, str(error)
                continue
        else:
            template = text
        known = values | _fillings(place)
        for gap in template.gaps:
            if gap not in known:
                yield place, f"has the gap {{{gap}}}, and nothing fills it; there are {', '.join(sorted(known))}"


def _fillings(place: Place) -> set[str]:
    """What fills the gaps of a text, besides the values."""
    match place:
        case ("send", "ref", *_):
            return {"id"}
        case ("send", "headers", *_) | ("send", "unicode", "headers", *_):
            return set(OF_A_MESSAGE) - {"text"}  # a header is one line of plain letters
        case ("send", *_):
            return set(OF_A_MESSAGE)
        case ("dlr", "query", *_):
            return {"ref", "short_code"}
        case ("mo", *_):
            return {"text"}
        case _:
            return set()


def _texts(profile: Profile) -> Iterator[tuple[Place, Template | str]]:
    send = profile.send
    yield ("send", "url"), send.url
    yield ("send", "ref", "form"), send.ref.form
    yield from ((("send", "basic", index), each) for index, each in enumerate(send.basic or ()))
    yield from _carried(("send",), send)
    yield from _carried(("send", "unicode"), send.unicode)
    if profile.proof is not None:
        yield from ((("proof", name), each) for name, each in profile.proof if isinstance(each, Template))
    if profile.mo is not None and profile.mo.answer.reply is not None:
        yield ("mo", "answer", "reply"), profile.mo.answer.reply
    if profile.dlr is not None:
        yield from ((("dlr", "query", name), each) for name, each in profile.dlr.query.items())


def _carried(place: Place, body: BodyTable) -> Iterator[tuple[Place, Template | str]]:
    for name, fields in (("headers", body.headers), ("query", body.query), ("form", body.form or {})):
        yield from (((*place, name, key), each) for key, each in fields.items())
    yield from _within((*place, "json"), body.json_)


def _within(place: Place, value: Any) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _within((*place, key), each)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _within((*place, index), each)


def _sent(profile: Profile) -> set[str]:
    """The gaps of everything that is sent."""
    return set(_names(text for place, text in _texts(profile) if place[0] == "send" and place[1] != "ref"))


def _names(texts: Iterable[Template | str]) -> Iterator[str]:
    for text in texts:
        try:
            yield from (Template.parse(text) if isinstance(text, str) else text).gaps
        except ValueError:  # said already
            continue


def _send(profile: Profile) -> Iterator[Fault]:
    send = profile.send
    for place, body in ((("send",), send), (("send", "unicode"), send.unicode)):
        if body.form is not None and body.json_ is not None:
            yield (*place, "form"), "cannot be sent together with json: a request has one body"
        elif send.method == "GET" and (body.form is not None or body.json_ is not None):
            yield (*place, "json" if body.form is None else "form"), "cannot be sent by GET: write query instead"
        if (body.form is not None and send.form is None) or (body.json_ is not None and send.json_ is None):
            yield (
                (*place, "json" if body.form is None else "form"),
                "is laid over the same table of [send], and there is none",
            )
    if not _begins_as_an_address(profile):
        yield ("send", "url"), "begins with http://, https:// or the gap of a value of kind address"
    yield from _enough(profile)


def _enough(profile: Profile) -> Iterator[Fault]:
    sent = _sent(profile)
    if "text" not in sent:
        yield ("send",), "sends the {text} nowhere"
    if not _NUMBERS & sent:
        yield ("send",), "says nowhere to whom: {to}, {to_digits} or {to_local}"
    if list(profile.send.ref.form.gaps).count("id") != 1:
        yield ("send", "ref", "form"), "has the gap {id} once"


def _begins_as_an_address(profile: Profile) -> bool:
    match profile.send.url.parts:
        case (str(text), *_):
            return text.startswith(("http://", "https://"))
        case (Gap(name), *_):
            return name in profile.values and profile.values[name].kind == "address"
        case _:
            return False


def _answers(profile: Profile) -> Iterator[Fault]:
    if not any(answer.means is Means.TAKEN for answer in profile.answers):
        yield ("answers",), "says of no answer that it means taken"
    for index, answer in enumerate(profile.answers):
        if not (answer.status or answer.where or answer.text):
            yield ("answers", index), "fits everything: give it status, where or text"
        if answer.means in {Means.THROTTLED, Means.BUSY, Means.REFUSED, Means.UNUSABLE} and not answer.reason:
            yield ("answers", index, "reason"), "is missing: say what people are to read"
        if answer.id is not None and answer.means is not Means.TAKEN:
            yield ("answers", index, "id"), "is known of a message that was taken only"


def _needed(profile: Profile) -> Iterator[Fault]:
    """Where nothing may be missing: an address, and what shows who somebody is."""
    for place, text in _texts(profile):
        if place[:2] not in {("send", "url"), ("send", "basic")} and place[0] != "proof":
            continue
        for gap in text.gaps if isinstance(text, Template) else ():
            value = profile.values.get(gap)
            if value is not None and value.optional:
                yield place, f"has the gap {{{gap}}}, which may be missing: a value that is not optional belongs there"


def _proof(proof: Proof, profile: Profile) -> Iterator[Fault]:
    if isinstance(proof, SecretProof) and (proof.query is None) == (proof.header is None):
        yield ("proof",), "shows its value in a query parameter or in a header: give query or header"
    texts = {name: each for name, each in proof if isinstance(each, Template)}
    for name, text in texts.items():
        if isinstance(proof, HmacProof) and name == "seconds":
            continue
        defaults = [gap for gap in text.gaps if gap in profile.values and profile.values[gap].default is not None]
        if not any(text.gaps) or defaults:
            yield ("proof", name), "holds a secret: make it a gap, which [channels.NAME] fills"
    tables: tuple[tuple[str, IncomingTable | None], ...] = (("mo", profile.mo), ("dlr", profile.dlr))
    for name, table in tables:
        if table is not None:
            yield from ((("proof",), f"{said} [{name}]") for said in _unsigned(proof, table))


def _unsigned(proof: Proof, table: IncomingTable) -> Iterator[str]:
    """What is read though the signature does not cover it: anybody could change it on the way."""
    if isinstance(proof, TwilioProof) and table.body == "json":
        yield "signs the address and a form, and no JSON, which is the body of"
    if isinstance(proof, HmacProof):
        paths = [each for _, field in table for each in (field if isinstance(field, list | dict) else (field,))]
        in_address = any(isinstance(each, Path) and each.in_address for each in paths)
        if in_address or table.body == "query" or "GET" in table.methods:
            yield "signs the body, and not the address, in which stands something of"


def _mo(mo: MoTable) -> Iterator[Fault]:
    if mo.body == "json" and "GET" in mo.methods:
        yield ("mo", "methods"), 'has GET, by which no JSON comes: write body = "query"'
    reply = mo.answer.reply
    if reply is not None and "text" not in reply.gaps:
        yield ("mo", "answer", "reply"), "has the gap {text} nowhere"
    if reply is not None and mo.each is not None:
        yield ("mo", "answer", "reply"), "answers one message, and here several come at once"


def _dlr(profile: Profile, dlr: DlrTable) -> Iterator[Fault]:
    if dlr.body == "json" and "GET" in dlr.methods:
        yield ("dlr", "methods"), 'has GET, by which no JSON comes: write body = "query"'
    if dlr.ref is None and dlr.provider_id is None:
        yield ("dlr",), "needs ref or provider_id: of which message it is"
    elif dlr.ref is None and not any(map(_tells_an_id, profile.answers)):
        yield ("dlr", "provider_id"), "is told by no answer: give the one that means taken an id"
    sent = _sent(profile)
    given = "ref" in sent or ("dlr_url" in sent and "ref" in _names(dlr.query.values()))
    if dlr.ref is not None and not given:
        yield ("dlr", "ref"), "is our id, and it is sent nowhere: write {ref} where the provider gives it back"


def _tells_an_id(answer: AnswerTable) -> bool:
    return answer.id is not None or (answer.text is not None and "id" in answer.text.groupindex)
