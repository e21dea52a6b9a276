from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.board.simulator import EXAMPLES
from bot.board.texted import LONGEST_TEXT
from bot.domain.messages import Language
from bot.domain.shapes import SHAPES
from bot.domain.told_message import ORDER as SENT
from bot.i18n import read_catalogue
from tests.board.conftest import OFFICER, PRESIDENT, with_simulator

if TYPE_CHECKING:
    from tests.board.conftest import Client, Serve


async def send(client: Client, text: str, sender: str = OFFICER, **more: str) -> dict[str, Any]:
    response = await client.post("/simulator/send", json={"from": sender, "text": text, **more})
    assert response.status == 200, await response.text()
    told: dict[str, Any] = await response.json()
    return told


async def thread(client: Client, sender: str = OFFICER) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(200):
        found = await (await client.get("/simulator/thread", params={"from": sender})).json()
        if not found["on_its_way"]:
            return found
        await asyncio.sleep(0.01)
    raise AssertionError(found)


async def test_a_text_is_answered_and_everything_about_it_is_told(client: Client) -> None:
    told = await send(client, "অবস্থা ১/২০২৩")
    assert told["fresh"] is True
    assert told["took_ms"] > 0
    assert told["understood"] == {
        "normalised": "অবস্থা 1/2023",
        "outcome": "run",
        "command": "status",
        "args": {"reg_no": "1/2023"},
        "language": "bn",
        "reason": None,
    }
    assert told["sender"]["number"] == "+8801700099900"
    [post] = told["sender"]["posts"]
    assert (post["role"], post["person"], post["office"]["en"]) == ("uco", "রহিমা বেগম", "Dimla")
    assert (told["inbox"]["outcome"], told["inbox"]["command"]) == ("replied", "status")
    [answer] = told["outbox"]
    assert answer["in_reply_to"] == told["inbox"]["id"]
    assert (answer["channel"], answer["encoding"], answer["segments"], answer["price"]) == (
        "simulator",
        "UCS-2",
        2,
        "0.70",
    )
    assert answer["text"] == "".join(answer["parts"])
    assert len(answer["parts"]) == 2


async def test_the_thread_is_what_the_store_has(client: Client) -> None:
    await send(client, "অবস্থা ১/২০২৩")
    await send(client, "STATUS 1/2023")
    await send(client, "সাহায্য", PRESIDENT)
    found = await thread(client)
    assert [(one["direction"], one.get("state")) for one in found["messages"]] == [
        ("in", None),
        ("out", "delivered"),
        ("in", None),
        ("out", "delivered"),
    ]
    assert found["messages"][2]["text"] == "STATUS 1/2023"
    assert found["sender"]["posts"][0]["role"] == "uco"


async def test_the_story_of_an_earlier_message(client: Client) -> None:
    first = await send(client, "অবস্থা", PRESIDENT)
    await thread(client, PRESIDENT)
    story = await (await client.get("/simulator/message", params={"id": first["inbox"]["id"]})).json()
    assert story["outbox"][0]["state"] == "delivered"
    [post] = story["sender"]["posts"]
    assert (post["society"]["registration_no"], post["society"]["colour"]) == ("4/2025", "green")


async def test_the_same_id_again_changes_nothing(client: Client) -> None:
    first = await send(client, "অবস্থা ১/২০২৩", id="abc-1")
    again = await send(client, "অবস্থা ১/২০২৩", id="abc-1")
    assert (first["fresh"], again["fresh"]) == (True, False)
    assert again["inbox"]["id"] == first["inbox"]["id"]
    assert len((await thread(client))["messages"]) == 2


async def test_silence_has_its_reason(client: Client) -> None:
    told = await send(client, "Recharge 50 taka and get 1 GB", "bKash")
    assert told["outbox"] == []
    assert (told["inbox"]["outcome"], told["inbox"]["reason"]) == ("silent", "machine")
    await send(client, "আজ আবহাওয়া কেমন")
    told = await send(client, "আজ আবহাওয়া কেমন")
    assert (told["inbox"]["outcome"], told["inbox"]["reason"]) == ("silent", "puzzled")


async def test_an_unclear_text_shows_why_it_was_asked_back(client: Client) -> None:
    told = await send(client, "status 1/2023 2/1998")
    assert told["understood"]["outcome"] == "ask"
    assert told["understood"]["reason"] == told["inbox"]["reason"] == "two_reg_nos"


async def test_a_number_that_picks_from_a_list_is_told_as_such(client: Client) -> None:
    await send(client, "status 7/2009", "01700097001")
    told = await send(client, "1", "01700097001")
    assert told["understood"]["outcome"] in {"dialogue", "run"}
    assert told["outbox"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.text)
async def test_every_example_gets_an_answer(client: Client, example: Any) -> None:
    told = await send(client, example.text, PRESIDENT if example.role else OFFICER)
    assert told["inbox"]["outcome"] == "replied"
    assert told["inbox"]["reason"] == ("unknown" if example.hint == "stray" else None)


async def test_markup_stays_text(client: Client) -> None:
    text = "<script>alert(1)</script>"
    told = await send(client, text)
    assert told["inbox"]["text"] == text
    response = await client.get("/simulator/thread", params={"from": OFFICER})
    assert response.content_type == "application/json"
    html = await (await client.get("/simulator")).text()
    assert "<script>" not in html


@pytest.mark.parametrize(
    ("body", "error", "status"),
    [
        (b"", "json", 400),
        (b"[]", "json", 400),
        (b"{", "json", 400),
        (b"[" * 20_000, "json", 400),
        (b"\xff", "json", 400),
        (json.dumps({"text": "STATUS"}).encode(), "from", 400),
        (json.dumps({"from": 17, "text": "STATUS"}).encode(), "from", 400),
        (json.dumps({"from": "0" * 33, "text": "STATUS"}).encode(), "from", 400),
        (json.dumps({"from": OFFICER}).encode(), "text", 400),
        (json.dumps({"from": OFFICER, "text": "  "}).encode(), "text", 400),
        (json.dumps({"from": OFFICER, "text": "a\0b"}).encode(), "text", 400),
        (json.dumps({"from": OFFICER, "text": "\ud800"}).encode(), "text", 400),
        (json.dumps({"from": OFFICER, "text": "ক" * (LONGEST_TEXT + 1)}).encode(), "too_long", 400),
        (json.dumps({"from": OFFICER, "text": "STATUS", "id": "../x"}).encode(), "id", 400),
        (json.dumps({"from": OFFICER, "text": "STATUS", "id": {"$ne": 1}}).encode(), "id", 400),
        (json.dumps({"from": OFFICER, "text": "x" * 40_000}).encode(), "too_large", 413),
        (b"x" * 400_000, "too_large", 413),
    ],
)
async def test_what_cannot_be_taken_is_refused_in_words(client: Client, body: bytes, error: str, status: int) -> None:
    response = await client.post("/simulator/send", data=body, headers={"Content-Type": "application/json"})
    told = await response.json()
    assert (response.status, told["error"]) == (status, error)
    assert told["message"]
    assert (await thread(client))["messages"] == []


async def test_a_text_of_the_greatest_length_is_taken(client: Client) -> None:
    told = await send(client, "ক" * LONGEST_TEXT)
    assert len(told["inbox"]["text"]) == LONGEST_TEXT


@pytest.mark.parametrize(
    ("headers", "status", "error"),
    [
        ({"Origin": "https://elsewhere.example"}, 403, "origin"),
        ({"Origin": "null"}, 403, "origin"),
        ({"Sec-Fetch-Site": "cross-site"}, 403, "origin"),
        ({"Sec-Fetch-Site": "same-site"}, 403, "origin"),
        ({"Content-Type": "text/plain"}, 415, "json"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415, "json"),
        ({"Host": "rebound.example:8080", "Origin": "http://rebound.example:8080"}, 403, "host"),
    ],
)
async def test_another_site_cannot_send(client: Client, headers: dict[str, str], status: int, error: str) -> None:
    body = json.dumps({"from": OFFICER, "text": "STATUS 1/2023"})
    response = await client.post("/simulator/send", data=body, headers={"Content-Type": "application/json", **headers})
    assert (response.status, (await response.json())["error"]) == (status, error)
    assert (await thread(client))["messages"] == []


async def test_our_own_page_can_send(client: Client) -> None:
    origin = str(client.make_url("/")).rstrip("/")
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    response = await client.post("/simulator/send", json={"from": OFFICER, "text": "সাহায্য"}, headers=headers)
    assert response.status == 200


@pytest.mark.parametrize(
    ("query", "status"), [("", 400), ("x", 400), ("-1", 400), ("১", 400), ("9" * 30, 400), ("999", 404)]
)
async def test_a_message_that_is_not_there(client: Client, query: str, status: int) -> None:
    assert (await client.get("/simulator/message", params={"id": query})).status == status


async def test_refusals_speak_the_readers_language(client: Client) -> None:
    bangla = await (await client.get("/simulator/message", params={"id": 999})).json()
    english = await (await client.get("/simulator/message", params={"id": 999, "lang": "en"})).json()
    assert bangla["message"] == "এমন কোনো বার্তা নেই।"
    assert english["message"] == "There is no such message."


async def test_the_page_offers_the_demo_people_and_texts_to_try(client: Client) -> None:
    html = await (await client.get("/simulator")).text()
    assert "রহিমা বেগম" in html
    assert 'class="dot red"' in html
    assert all(example.text in html for example in EXAMPLES)
    assert (await client.get("/simulator/")).url.path == "/simulator"


async def test_off_is_off_and_says_how_to_turn_it_on(serve: Serve) -> None:
    async with serve(with_simulator(False)) as client:
        for path in (
            "/simulator",
            "/simulator/",
            "/simulator/thread",
            "/simulator/message",
            "/simulator/document",
        ):
            response = await client.get(path)
            assert response.status == 404
            assert "enabled = true" in await response.text()
        refused = await client.post("/simulator/send", json={"from": OFFICER, "text": "STATUS"})
        assert refused.status == 404


@pytest.mark.parametrize("language", Language)
def test_what_was_understood_has_words(language: Language) -> None:
    """Of whatever a text may be understood as: its command, its arguments."""
    texts = read_catalogue(language, "barta")
    names = {f"arg.{argument.name}" for shape in SHAPES for argument in shape.arguments}
    names |= {f"arg.{name}" for name in SENT} | {f"command.{shape.name}" for shape in SHAPES}
    assert sorted(name for name in names if f"page.{name}" not in texts) == []
