"""The profile that the documentation shows is used as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from bot.channels.aggregator.loading import OURS, load
from bot.channels.aggregator.profile import (
    AnswerTable,
    BasicProof,
    BodyTable,
    DlrTable,
    HmacProof,
    MeansTable,
    MoAcknowledgementTable,
    MoTable,
    Profile,
    RefTable,
    SecretProof,
    SendTable,
    TwilioProof,
    ValueTable,
)
from bot.domain.messages import State
from tests.channels.aggregator import Provider, config
from tests.gateway import running
from tests.peers.ports import free_port, wait_for

if TYPE_CHECKING:
    from pydantic import BaseModel

    from bot.clock import Clock

PAGE = Path(__file__).parents[2] / "docs" / "aggregators.md"
TEXT = PAGE.read_text(encoding="utf-8")
NUMBER = "8801700100011"


def example(name: str) -> str:
    found = re.search(rf"<!-- example: {name} -->\n```toml\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    return found[1]


async def test_the_example_sends_receives_and_hears_of_delivery(
    registered_url: str, clock: Clock, tmp_path: Path
) -> None:
    provider, port = Provider("somebody"), free_port()
    provider.usual = (200, "OK 4711\n")
    path = tmp_path / "somebody.toml"
    async with provider.server:
        path.write_text(example("somebody.toml").replace("https://sms.example.org", provider.url), encoding="utf-8")
        made = config(str(path), port, "", user="coop", password="p&w", secret="se cret")
        own = made.channels["sms"]
        own.pop("base_url")
        async with running(made, clock, registered_url, port) as gateway:

            async def ask(route: str, **query: str) -> tuple[int, str]:
                url = f"{gateway.url}/channels/sms/{route}"
                async with gateway.http.get(url, params={"key": "se cret", **query}) as response:
                    return response.status, await response.text()

            async def reached(state: State) -> None:
                async def there() -> bool:
                    return [row.state for row in await gateway.rows()] == [state]

                await wait_for(there, 15, f"state {state}")

            assert await ask("mo", id="17", **{"from": NUMBER}, text="অবস্থা") == (200, "")
            await reached(State.SUBMITTED)
            (came,) = provider.got
            query = dict(parse_qsl(urlsplit(came.path).query))
            assert (came.method, query["user"], query["pass"], query["to"]) == ("GET", "coop", "p&w", "01700100011")
            assert query["text"].startswith("২/১৯৯৮ ")
            assert query["type"] == "unicode"
            assert parse_qs(urlsplit(query["status_url"]).query) == {"key": ["se cret"]}
            assert await ask("dlr", id="4711", state="S") == (200, "")
            await reached(State.SUBMITTED)
            assert await ask("dlr", id="4711", state="D") == (200, "")
            await reached(State.DELIVERED)
            assert (await ask("dlr", id="4711", state="D", key="guessed"))[0] == 403


async def test_the_example_answers_in_the_response(registered_url: str, clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "somebody.toml").write_text(example("somebody.toml"), encoding="utf-8")
    load.cache_clear()
    port = free_port()
    made = config("somebody.toml", port, "", user="coop", password="pw", secret="s", reply="body")
    made.channels["sms"].pop("base_url")
    async with running(made, clock, registered_url, port) as gateway:
        url, params = f"{gateway.url}/channels/sms/mo", {"key": "s", "id": "1", "from": NUMBER, "text": "অবস্থা"}
        for _ in range(2):
            async with gateway.http.get(url, params=params) as response:
                assert response.status == 200
                assert response.charset == "utf-8"
                assert (await response.text()).startswith("২/১৯৯৮ ")
        assert [row.state for row in await gateway.rows()] == [State.SUBMITTED]


def test_every_profile_is_documented() -> None:
    documented = dict(re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", TEXT.split("\n## ")[1], re.MULTILINE))
    assert set(documented) == {path.stem for path in OURS.glob("*.toml")}
    for name, asked in documented.items():
        needed = {key for key, value in load(name).values.items() if value.default is None and not value.optional}
        assert set(re.findall(r"`(\w+)`", asked)) == needed, name


TABLES: list[type[BaseModel]] = [
    Profile, ValueTable, SendTable, BodyTable, RefTable, AnswerTable, MoTable, MoAcknowledgementTable, DlrTable, MeansTable,
    SecretProof, BasicProof, TwilioProof, HmacProof,
]  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_every_key_is_documented(table: type[BaseModel]) -> None:
    words = set(re.findall(r"\w+", TEXT.split("\n## Gaps")[1]))
    assert {field.alias or name for name, field in table.model_fields.items()} <= words


def test_links_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in re.findall(r"^## (.*)$", TEXT, re.MULTILINE)
    }
    for target in re.findall(r"\]\(#([^)]+)\)", TEXT):
        assert target in headings
