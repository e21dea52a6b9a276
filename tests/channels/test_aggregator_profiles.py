"""What is said about a profile, or about settings, that cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.channels.aggregator.loading import OURS, load
from bot.domain.errors import SettingsError
from tests.channels.aggregator import PROFILES, WHOLE

if TYPE_CHECKING:
    from pathlib import Path

# What is written instead of what in WHOLE, and what is said; ``#!`` stands on the line to which it must point.
FAULTS: dict[str, tuple[str, str, str]] = {
    "not TOML": ('title = "Somebody"', "title = Somebody #!", "is not TOML: Invalid value"),
    "a key that is not known": (
        "title =",
        "colour = 1 #!\ntitle =",
        "colour: there is no such key; there are title, values, ",
    ),
    "a key that is misspelt": ("[send.query]", "[send.qeury] #!", "send.qeury: there is no such key: query is near"),
    "a key of a proof": (
        'header = "X-Key"',
        'haeder = "X-Key" #!',
        "proof.haeder: there is no such key: header is near",
    ),
    "no title": ('title = "Somebody"', "#!", "title: is missing"),
    "a kind of value": (
        'kind = "secret"\n\n[send]',
        'kind = "word" #!\n\n[send]',
        "values.key.kind: is one of text, secret, number, address",
    ),
    "a value's name": ("[values.key]", "[values.Key] #!", "values.Key: is named by small letters"),
    "a value's taken name": (
        "[values.key]",
        "[values.reply] #!\nabout = '1'\n[values.key]",
        "values.reply: is a name that has its meaning already",
    ),
    "a default that is a truth": (
        'kind = "secret"\n\n',
        "default = true #!\n\n",
        "values.key.default: is a text in quotes, or a whole number",
    ),
    "optional beside a default": (
        'kind = "secret"\n\n',
        'default = "x"\noptional = true #!\n\n',
        "values.key.optional: means nothing beside a default",
    ),
    "a pattern": (
        'kind = "secret"\n\n',
        'pattern = "(" #!\n\n',
        "values.key.pattern: is no regular expression: missing )",
    ),
    "a lonely brace": (
        'text = "{text}"',
        'text = "{text" #!',
        "send.query.text: has a { that belongs to no {gap}: write {{",
    ),
    "a gap that nothing fills": (
        'text = "{text}"',
        'text = "{txt} {text}" #!',
        "send.query.text: has the gap {txt}, and nothing fills it; there are dlr_url, key, ",
    ),
    "a gap deep in JSON": (
        "[send.unicode.query]",
        "[send.json]\na = 1\nb = [1,\n{ c = '{nothing}' }] #!\n[send.unicode.query]",
        "send.json.b[1].c: has the gap {nothing}",
    ),
    "a text in a header": (
        "[send.query]",
        "[send.headers]\nX-Text = '{text}' #!\n[send.query]",
        "send.headers.X-Text: has the gap {text}, and",
    ),
    "a brace deep in JSON": (
        "[send.unicode.query]",
        "[send.json]\na = 1\nb = ['}'] #!\n[send.unicode.query]",
        "send.json.b[0]: has a } that belongs to no {gap}",
    ),
    "a day in JSON": (
        "[send.unicode.query]",
        "[send.json] #!\na = 2026-01-01\n[send.unicode.query]",
        "send.json: is made of tables, lists, texts",
    ),
    "a form beside JSON": (
        "[send.unicode.query]",
        "[send.json]\na = 1\n[send.form] #!\na = '1'\n[send.unicode.query]",
        "send.form: cannot be sent together with json",
    ),
    "a form by GET": (
        "[send]",
        "[send.form] #!\na = '1'\n[send]\nmethod = 'GET'",
        "send.form: cannot be sent by GET: write query",
    ),
    "a method": ("[send]", "[send]\nmethod = 'PUT' #!", "send.method: is one of GET, POST"),
    "nothing to be laid over": (
        "[send.unicode.query]",
        "[send.unicode.form] #!\na = '1'\n[send.unicode.query]",
        "send.unicode.form: is laid over the same table of [send]",
    ),
    "no address": ('url = "https:', 'url = "ftp: #!', "send.url: begins with http://, https:// or the gap"),
    "a value as an address": (
        '"https://sms.example.org/send"',
        '"{key}/send" #!',
        "send.url: begins with http://, https:// or the gap",
    ),
    "no text": ('text = "{text}"', "#", "send: sends the {text} nowhere"),
    "to nobody": ('to = "{to_local}"', "#", "send: says nowhere to whom"),
    "our id without a gap": ('{ form = "x{id}" }', '{ form = "x" } #!', "send.ref.form: has the gap {id} once"),
    "our id too short": (
        '{ form = "x{id}" }',
        '{ form = "x{id}", longest = 5 } #!',
        "send.ref.longest: is at least 10",
    ),
    "nothing means taken": ('means = "taken"', 'means = "unknown"', "answers: says of no answer that it means taken"),
    "a meaning": (
        'means = "refused"',
        'means = "denied" #!',
        "answers[1].means: is one of taken, throttled, busy, refused, unusable, unknown",
    ),
    "an answer that fits everything": (
        "[proof]",
        '[[answers]] #!\nmeans = "unknown"\n[proof]',
        "answers[2]: fits everything",
    ),
    "no reason": ('reason = "refused"', "", "answers[1].reason: is missing: say what people are to read"),
    "an id of what was refused": (
        'reason = "refused"',
        'reason = "refused"\nid = "a" #!',
        "answers[1].id: is known of a message that was taken only",
    ),
    "a status": ('reason = "refused"', 'reason = "x"\nstatus = [20] #!', "answers[1].status[0]: is at least 100"),
    "a wait": ('reason = "refused"', 'reason = "x"\nretry_after = 0 #!', "answers[1].retry_after: is at least 1"),
    "a path in a condition": (
        '"error.code"',
        '"error..code"',
        "answers[1].where.error..code: 'error..code' is no path",
    ),
    "words in a condition": (
        '{ "error.code" = [7, "8"] }',
        '{ "error.code" = [[1]] } #!',
        "answers[1].where.error.code: is a word or a number, or a list of them",
    ),
    "no words": (
        '{ "error.code" = [7, "8"] }',
        '{ "error.code" = [] } #!',
        "answers[1].where.error.code: is a word or a number, or a list of them",
    ),
    "a path": ('sender = "from"', 'sender = "from x" #!', "mo.sender: 'from x' is no path"),
    "a path that is a number": ('sender = "from"', "sender = 1 #!", "mo.sender: is a text in quotes"),
    "no proof": ('[proof]\nkind = "secret"\nheader = "X-Key"\nvalue = "{key}"', "#", "mo: needs a [proof]"),
    "a kind of proof": (
        'kind = "secret"\nheader',
        'kind = "magic" \nheader',
        "proof: its kind is one of secret, basic, twilio, hmac",
    ),
    "no kind of proof": ('kind = "secret"\nheader', "header", "proof: kind is missing"),
    "a proof in both": (
        'header = "X-Key"',
        'header = "X-Key"\nquery = "k"',
        "proof: shows its value in a query parameter or in a header",
    ),
    "a secret in the file": ('value = "{key}"', 'value = "abc" #!', "proof.value: holds a secret: make it a gap"),
    "a secret as a default": (
        'kind = "secret"\n\n[send]',
        'default = "abc"\n\n[send]',
        "proof.value: holds a secret: make it a gap",
    ),
    "a proof that may be missing": (
        'kind = "secret"\n\n[send]',
        "optional = true\n\n[send]",
        "proof.value: has the gap {key}, which may be missing",
    ),
    "an address that may be missing": (
        '[send]\nurl = "https://sms.example.org/send"',
        "[values.base]\nabout = 'x'\nkind = 'address'\noptional = true\n[send]\nurl = '{base}/send' #!",
        "send.url: has the gap {base}, which may be missing",
    ),
    "an address that is not signed": (
        'kind = "secret"\nheader = "X-Key"\nvalue',
        'kind = "hmac"\nkey',
        "proof: signs the body, and not the address, in which stands something of [mo]",
    ),
    "JSON that is not signed": (
        'kind = "secret"\nheader = "X-Key"\nvalue = "{key}"\n\n[mo]\nmethods = ["GET"]\nbody = "query"',
        'kind = "twilio"\nkey = "{key}"\n\n[mo]',
        "proof: signs the address and a form, and no JSON, which is the body of [mo]",
    ),
    "a media type": (
        'text = "text"\n',
        'text = "text"\nanswer.type = "text/plain; charset=utf-8" #!\n',
        "mo.answer.type: is a media type such as text/plain",
    ),
    "a message's gap in a proof": (
        'value = "{key}"',
        'value = "{text}" #!',
        "proof.value: has the gap {text}, and nothing fills it; there are key",
    ),
    "JSON by GET": ('body = "query"', 'body = "json"', "mo.methods: has GET, by which no JSON comes"),
    "a reply without the text": (
        'text = "text"\n',
        'text = "text"\nanswer.reply = "x" #!\n',
        "mo.answer.reply: has the gap {text} nowhere",
    ),
    "a reply to several": (
        'text = "text"\n',
        'text = "text"\neach = "a"\nanswer.reply = "{text}" #!\n',
        "mo.answer.reply: answers one message, and here several",
    ),
    "no id of a message": ('id = "id"', "#", "mo.id: is missing"),
    "an empty list of ids": ('id = "id"', "id = [] #!", "mo.id: has at least one entry"),
    "of which message": ('ref = "ours"', "#", "dlr: needs ref or provider_id"),
    "our id is not sent": ('id = "{ref}"', "#", "dlr.ref: is our id, and it is sent nowhere"),
    "their id is not told": (
        '^OK (?P<id>[0-9]+)"\n',
        '^OK"\n',
        "dlr.provider_id: is told by no answer",
    ),
    "no word for delivered": ('delivered = "1"', "#", "dlr.means.delivered: is missing"),
    "a misspelt table": ("[dlr.means]", "[dlr.mean] #!", "dlr.mean: there is no such key: means is near"),
}
_LINELESS = {
    "no text", "to nobody", "nothing means taken", "no reason", "a path in a condition", "no proof", "a kind of proof", "no kind of proof",
    "a proof in both", "a secret as a default", "a proof that may be missing", "an address that is not signed", "JSON that is not signed",
    "JSON by GET", "no id of a message", "of which message", "our id is not sent", "no word for delivered",
}  # fmt: skip
"""Faults of what is not there: they point to the table, or to what they are about."""


def said(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    load.cache_clear()
    with pytest.raises(SettingsError) as raised:
        load(str(path))
    return str(raised.value).splitlines()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_file_and_line(name: str, tmp_path: Path) -> None:
    old, new, fault = FAULTS[name]
    assert old in WHOLE
    text = WHOLE.replace(old, new, 1)
    if name == "their id is not told":
        text = text.replace('ref = "ours"', 'provider_id = "theirs" #!')
    lines = said(tmp_path, text)
    (line,) = (each for each in lines if each.split(": ", 1)[1].startswith(fault))
    marked = [number for number, each in enumerate(text.splitlines(), start=1) if "#!" in each]
    if name not in _LINELESS:
        assert line.startswith(f"own.toml:{marked[0] if name != 'no title' else 1}: ")
    assert line.startswith("own.toml:")


def test_a_profile_that_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(WHOLE, encoding="utf-8")
    load.cache_clear()
    assert load(str(path)).title == "Somebody"


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    lines = said(tmp_path, WHOLE.replace("{text}", "{txt}").replace("{key}", "{kye}"))
    numbers = [int(line.split(":")[1]) for line in lines]
    assert len(lines) == 4
    assert numbers == sorted(numbers)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(b"title = '\xff'")
    with pytest.raises(SettingsError, match=r"^own\.toml:1: is not a text in UTF-8"):
        load(str(path))


@pytest.mark.parametrize("name", ["nobody", "nothing.toml", "../profiles/infobip", "", "/etc/passwd"])
def test_a_profile_that_is_not_there(name: str) -> None:
    with pytest.raises(
        SettingsError, match=r"there is no profile .*: it is one of android, bulksmsbd, infobip, sslwireless, twilio"
    ):
        load(name)


@pytest.mark.parametrize("name", sorted(path.stem for path in OURS.glob("*.toml")))
def test_every_profile_that_comes_with_the_program_is_tested(name: str) -> None:
    assert name in PROFILES
    assert load(name).title
