"""The simulator's second phone: what the page may ask for in a person's chat, and what it is refused."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from bot.board.guard import Refused
from bot.board.simulator import nothing_made
from bot.board.texted import CHAT, SMS, How, recorded
from bot.domain.replies import Order
from tests.board.conftest import OFFICER, PRESIDENT
from tests.board.test_simulator import send, thread

if TYPE_CHECKING:
    from tests.board.conftest import Client

REGISTRAR = "01700099700"
"""The demo's joint registrar in Rangpur, in whose division 7/2009 is there twice."""


async def do(client: Client, what: dict[str, Any], sender: str = OFFICER, **more: Any) -> dict[str, Any]:
    """Something done in the chat."""
    response = await client.post("/simulator/send", json={"from": sender, "phone": "chat", **what, **more})
    assert response.status == 200, await response.text()
    told: dict[str, Any] = await response.json()
    return told


async def said(client: Client, sender: str = OFFICER) -> list[dict[str, Any]]:
    """What the chat shows."""
    messages: list[dict[str, Any]] = (await thread(client, sender))["chat"]["messages"]
    return messages


async def test_an_own_contact_links_the_chat_to_the_number(client: Client) -> None:
    await do(client, {"text": "/start"})
    start, asked = await said(client)
    assert (start["how"], start["text"]) == ("start", "/start")
    assert asked["contact"] == "📱 আমার নম্বর পাঠান"
    before = (await thread(client))["chat"]
    assert (before["id"], before["number"]) == ("8801700099900", None)

    told = await do(client, {"contact": True})
    assert told["understood"] == {
        "normalised": None,
        "outcome": "contact",
        "command": "link",
        "args": {},
        "language": None,
        "reason": None,
    }
    assert (told["sender"]["number"], told["sender"]["chat"]) == ("+8801700099900", "8801700099900")
    assert (await thread(client))["chat"]["number"] == "+8801700099900"


async def test_a_chat_that_is_not_linked_has_no_number(client: Client) -> None:
    told = await do(client, {"text": "অবস্থা ১/২০২৩"})
    assert (told["sender"]["number"], told["sender"]["posts"]) == (None, [])
    assert told["understood"]["outcome"] == "run"
    assert told["outbox"][0]["price"] == "0.00"
    assert (await thread(client))["messages"] == []


async def test_a_button_is_told_by_its_label_and_what_it_ran(client: Client) -> None:
    await do(client, {"text": "অবস্থা ৭/২০০৯"}, REGISTRAR)
    listed = (await said(client, REGISTRAR))[-1]
    assert len(listed["buttons"]) > 1
    told = await do(client, {"press": {"message": listed["id"], "choice": 1}}, REGISTRAR, id="p-1")
    assert (told["understood"]["outcome"], told["understood"]["command"]) == ("press", "status")
    assert told["inbox"]["text"] == listed["buttons"][0]
    assert (told["inbox"]["how"], told["inbox"]["provider_id"]) == ("press", "p-1")
    again = await do(client, {"press": {"message": listed["id"], "choice": 1}}, REGISTRAR, id="p-1")
    assert (told["fresh"], again["fresh"], again["inbox"]["id"]) == (True, False, told["inbox"]["id"])


async def test_somebody_elses_button_does_nothing(client: Client) -> None:
    await do(client, {"text": "status 7/2009"}, REGISTRAR)
    listed = (await said(client, REGISTRAR))[-1]
    told = await do(client, {"press": {"message": listed["id"], "choice": 1}}, PRESIDENT)
    assert (told["understood"]["outcome"], told["understood"]["command"]) == ("unknown", None)


async def test_a_link_by_sms_opens_the_chat_once(client: Client) -> None:
    told = await send(client, "LINK")
    found = re.search(r"/simulator\?start=(\w+)", told["outbox"][0]["text"])
    assert found is not None
    opened = await do(client, {"start": found[1]})
    assert (opened["understood"]["outcome"], opened["inbox"]["text"]) == ("start", "/start")
    assert (await thread(client))["chat"]["number"] == "+8801700099900"
    await do(client, {"text": f"/start {found[1]}"}, PRESIDENT)  # as typed: read over somebody's shoulder, and too late
    assert (await thread(client, PRESIDENT))["chat"]["number"] is None


async def test_a_list_by_sms_is_answered_in_the_chat(client: Client) -> None:
    await do(client, {"contact": True}, REGISTRAR)
    await send(client, "status 7/2009", REGISTRAR)
    told = await do(client, {"text": "২"}, REGISTRAR)
    assert (told["understood"]["outcome"], told["understood"]["command"]) == ("dialogue", "status")


async def test_the_chats_of_different_people_stay_apart(client: Client) -> None:
    await do(client, {"text": "অবস্থা ১/২০২৩"})
    await do(client, {"text": "সাহায্য"}, PRESIDENT)
    assert [one["text"] for one in await said(client) if one["direction"] == "in"] == ["অবস্থা ১/২০২৩"]
    assert [one["text"] for one in await said(client, PRESIDENT) if one["direction"] == "in"] == ["সাহায্য"]
    assert await said(client, "+88017-000-99900") == await said(client)


async def test_who_has_no_telephone_has_no_chat(client: Client) -> None:
    found = await (await client.get("/simulator/thread", params={"from": "bKash"})).json()
    assert found["chat"] is None
    response = await client.post("/simulator/send", json={"from": "bKash", "phone": "chat", "text": "সাহায্য"})
    assert (response.status, (await response.json())["error"]) == (400, "no_chat")


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ({"phone": "pager", "text": "সাহায্য"}, "phone"),
        ({"phone": None, "text": "সাহায্য"}, "phone"),
        ({"phone": "chat"}, "text"),
        ({"phone": "chat", "text": " "}, "text"),
        ({"phone": "chat", "text": "সাহায্য", "contact": True}, "what"),
        ({"phone": "chat", "contact": True, "start": "AB12"}, "what"),
        ({"phone": "chat", "contact": "01711999999"}, "what"),
        ({"phone": "chat", "contact": False}, "what"),
        ({"phone": "chat", "contact": 1}, "what"),
        ({"phone": "chat", "start": ""}, "what"),
        ({"phone": "chat", "start": "a b"}, "what"),
        ({"phone": "chat", "start": "x" * 65}, "what"),
        ({"phone": "chat", "press": 3}, "what"),
        ({"phone": "chat", "press": {"message": 1}}, "what"),
        ({"phone": "chat", "press": {"message": "1", "choice": 1}}, "what"),
        ({"phone": "chat", "press": {"message": 1, "choice": 0}}, "what"),
        ({"phone": "chat", "press": {"message": True, "choice": 1}}, "what"),
        ({"phone": "chat", "press": {"message": 2**63, "choice": 1}}, "what"),
        ({"phone": "sms", "contact": True}, "what"),
        ({"contact": True}, "what"),
        ({"phone": "sms", "press": {"message": 1, "choice": 1}}, "what"),
        ({"phone": "chat", "text": "সাহায্য", "id": "press:1"}, "id"),
    ],
    ids=str,
)
async def test_what_a_phone_cannot_do_is_refused_in_words(client: Client, what: dict[str, Any], error: str) -> None:
    response = await client.post("/simulator/send", json={"from": OFFICER, **what})
    told = await response.json()
    assert (response.status, told["error"]) == (400, error)
    assert told["message"]
    found = await thread(client)
    assert found["messages"] == found["chat"]["messages"] == []


async def test_another_site_cannot_press(client: Client) -> None:
    body = json.dumps({"from": OFFICER, "phone": "chat", "contact": True})
    headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"}
    assert (await client.post("/simulator/send", data=body, headers=headers)).status == 403
    assert (await thread(client))["chat"]["number"] is None


async def calendar(client: Client) -> dict[str, Any]:
    """A message of the officer's chat with the election calendar in PDF."""
    await do(client, {"contact": True})
    await do(client, {"text": "calendar pdf"})
    message = (await said(client))[-1]
    assert message["document"] == {"kind": "calendar", "format": "pdf"}
    return message


async def test_a_document_is_made_for_whom_it_was_sent_to(client: Client) -> None:
    message = await calendar(client)
    query = {"message": message["id"], "from": OFFICER}
    response = await client.get("/simulator/document", params=query)
    assert (response.status, response.content_type) == (200, "application/pdf")
    assert (await response.read()).startswith(b"%PDF")
    assert response.headers["Content-Disposition"].startswith('inline; filename="election-calendar-')
    assert "no-store" in response.headers["Cache-Control"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]

    for wrong, status in (
        ({**query, "from": PRESIDENT}, 404),
        ({**query, "message": message["id"] - 1}, 404),
        ({**query, "message": 999}, 404),
        ({**query, "message": "x"}, 400),
        ({**query, "from": "bKash"}, 400),
        ({"message": message["id"]}, 400),
    ):
        refused = await client.get("/simulator/document", params=wrong)
        assert (refused.status, refused.content_type) == (status, "application/json"), wrong
        assert (await refused.json())["message"]
    elsewhere = await client.get("/simulator/document", params=query, headers={"Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status == 403


async def test_a_table_of_returns_is_a_picture(client: Client) -> None:
    await do(client, {"contact": True}, REGISTRAR)
    await do(client, {"text": "rollup SOC 10/26"}, REGISTRAR)
    message = (await said(client, REGISTRAR))[-1]
    assert message["document"] == {"kind": "rollup", "format": "png"}
    response = await client.get("/simulator/document", params={"message": message["id"], "from": REGISTRAR})
    assert (response.status, response.content_type) == (200, "image/png")
    assert (await response.read()).startswith(b"\x89PNG")


async def test_where_nobody_makes_documents_there_are_none() -> None:
    with pytest.raises(Refused) as refused:
        await nothing_made(Order("calendar", {}))
    assert refused.value.status == 404


def test_what_was_done_is_kept_with_the_id_and_only_in_a_chat() -> None:
    assert recorded("press:a-1", CHAT) == (How.PRESS, "a-1")
    assert recorded("a-1", CHAT) == (How.TEXT, "a-1")
    assert recorded("text:a-1", CHAT) == (How.TEXT, "text:a-1")
    assert recorded("press:a-1", SMS) == (How.TEXT, "press:a-1")
