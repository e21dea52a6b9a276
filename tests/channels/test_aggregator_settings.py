"""What is said about settings of a provider that cannot be used; what ``barta doctor`` says of it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from bot import configured
from bot.channels.aggregator.loading import load
from bot.channels.aggregator.settings import AggregatorSettings
from bot.config import Config, channel_settings
from bot.doctor import examine
from bot.domain.errors import SettingsError
from tests.channels.aggregator import PROFILES, WHOLE, table_of

if TYPE_CHECKING:
    from pathlib import Path


def configured_with(**table: Any) -> None:
    channel_settings(AggregatorSettings, "sms", table)


def without(table: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in table.items() if name not in names}


@pytest.mark.parametrize("profile", PROFILES)
def test_what_is_missing_is_named(profile: str) -> None:
    needed = [n for n, v in load(profile).values.items() if v.default is None and not v.optional]
    for name in needed:
        with pytest.raises(
            SettingsError, match=rf"^channels\.sms: {name}: is missing; the profile {profile} asks for it: "
        ):
            configured_with(**without(table_of(profile), name))


@pytest.mark.parametrize(
    ("profile", "more", "fault"),
    [
        (
            "infobip",
            {"colour": "red"},
            "colour: the profile infobip asks for no such setting; it asks for api_key, base_url",
        ),
        ("infobip", {"base_url": "sms.example.org"}, "base_url: must be an address that begins with http"),
        ("infobip", {"api_key": "$NOT_THERE"}, "api_key: the environment has no NOT_THERE, or it is empty"),
        ("infobip", {"api_key": "a\nb"}, "api_key: must be one line, without control characters"),
        ("infobip", {"api_key": ""}, "api_key: Value should have at least 1 item"),
        ("infobip", {"api_key": True}, "api_key: must be a text in quotes, or a whole number"),
        ("infobip", {"reply": "body"}, "reply: must be 'api': this provider takes no answer"),
        ("infobip", {"profile": 7}, "profile: Input should be a valid string"),
        ("sslwireless", {"id_prefix": "dhaka-1"}, "id_prefix: does not look like one: letters in front of our ids"),
        ("android", {"sim": "4"}, "sim: does not look like one: which SIM card sends"),
        ("android", {"sim": "one"}, "sim: must be a whole number"),
        ("twilio", {"account_sid": "AC1"}, "account_sid: does not look like one"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(profile: str, more: dict[str, Any], fault: str) -> None:
    with pytest.raises(SettingsError) as raised:
        configured_with(**{**table_of(profile), **more})
    assert str(raised.value).startswith(f"channels.sms: {fault}".split(": Value")[0])


def test_our_id_must_fit(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(WHOLE.replace('form = "x{id}"', 'form = "{key}{id}", longest = 12'), encoding="utf-8")
    load.cache_clear()
    with pytest.raises(SettingsError, match="what stands around our id has 3 characters and may have 2"):
        configured_with(kind="aggregator", profile=str(path), key="abc")
    with pytest.raises(SettingsError, match="our id must consist of letters and digits"):
        configured_with(kind="aggregator", profile=str(path), key="-")


def test_secrets_come_from_the_environment_and_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFOBIP_KEY", "very-secret")
    settings = AggregatorSettings.model_validate(table_of("infobip", api_key="$INFOBIP_KEY"))
    assert settings.values["api_key"] == "very-secret"
    assert "very-secret" not in repr(settings) + str(settings) + settings.model_dump_json()


async def test_the_doctor_tells(monkeypatch: pytest.MonkeyPatch, sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(WHOLE.replace("{text}", "{txt}"), encoding="utf-8")
    (tmp_path / "barta.toml").write_text('[channels.sms]\nkind = "aggregator"\nprofile = "own.toml"\nkey = "k"\n')
    monkeypatch.setenv("BARTA_DATABASE_URL", sqlite_url)
    load.cache_clear()
    (finding,) = (each for each in await examine() if each.part == "configuration")
    assert not finding.ok
    assert finding.said.startswith(
        "own.toml:7: send: sends the {text} nowhere\nown.toml:14: send.query.text: has the gap {txt}"
    )


async def test_the_doctor_looks_whether_the_provider_answers(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str, tmp_path: Path
) -> None:
    lines = [f"{name} = {value!r}" for name, value in table_of("infobip", "http://127.0.0.1:9/x").items()]
    (tmp_path / "barta.toml").write_text("[channels.sms]\n" + "\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("BARTA_DATABASE_URL", sqlite_url)
    (finding,) = (each for each in await examine() if each.part == "channels.sms")
    assert finding.said.startswith("nothing answers at 127.0.0.1:9")


def test_two_providers_by_one_profile() -> None:
    tables = {name: table_of("infobip", secret=f"secret of {name}") for name in ("one", "two")}
    found = configured.channels(Config.model_validate({"channels": tables}))
    values = [
        settings.values["secret"]
        for _, settings in itertools.islice(found.values(), 2)
        if isinstance(settings, AggregatorSettings)
    ]
    assert values == ["secret of one", "secret of two"]
