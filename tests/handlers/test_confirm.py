"""What waits for a yes: by SMS for its code, in a linked chat for a word said there; and the one never for the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.handlers.talking import (
    ANOTHER,
    DCO,
    DIMLA,
    DOMAR,
    NEWCOMER,
    UCO,
    UCO_OF_DOMAR,
    by_number,
    code_in,
)

if TYPE_CHECKING:
    from tests.handlers.talking import Talk

NEW = {"topic": "new", "office": "ডিমলা", "msisdn": NEWCOMER, "text": "করিম উদ্দিন"}
FORGED = {"topic": "new", "office": "ডোমার", "msisdn": ANOTHER, "text": "জামাল মিয়া"}


async def test_a_forged_request_is_not_carried_out_by_a_yes_in_the_chat(talk: Talk) -> None:
    await talk.link(DCO, "77")
    mine = await talk.one("77", "officer", **NEW)
    forged = await talk.one(DCO, "officer", **FORGED)
    assert forged.channel == "simulator"
    assert by_number(await talk("77", "হ্যাঁ"))["77"].key == "officer.done_new"
    assert (await talk.at(DIMLA))[0][2] == NEWCOMER
    assert (await talk.one("77", "হ্যাঁ")).key == "yes.needs_code"
    assert (await talk.one(DCO, "হ্যাঁ")).key in {"yes.needs_code", "ask.missing_code"}
    assert (await talk.press(mine, 1))[-1].key == "yes.done_already"
    assert (await talk.at(DOMAR))[0][2] == UCO_OF_DOMAR


async def test_a_code_belongs_to_its_own_request(talk: Talk) -> None:
    await talk.link(DCO, "77")
    old = code_in(await talk.one(DCO, "officer", topic="end", msisdn=UCO))
    await talk.one(DCO, "officer", **FORGED)
    assert (await talk.one("77", f"YES {old}")).key == "yes.wrong"
    assert (await talk.at(DOMAR))[0][2] == UCO_OF_DOMAR
    assert (await talk.at(DIMLA))[0][2] == UCO


async def test_a_code_is_good_beside_a_request_in_the_chat_and_in_it(talk: Talk) -> None:
    await talk.link(DCO, "77")
    for who in (DCO, "77"):
        asked = await talk.one("77", "officer", **NEW)
        code = code_in(await talk.one(DCO, "officer", topic="end", office="সৈয়দপুর" if who == DCO else "জলঢাকা"))
        assert by_number(await talk(who, f"YES {code}"))[who].key == "officer.done_end"
        assert (await talk.at(DIMLA))[0][2] == UCO
        assert (await talk.press(asked, 2))[-1].key == "no.done"


async def test_a_code_is_checked_where_none_is_needed(talk: Talk) -> None:
    await talk.link(DCO, "77")
    await talk.one("77", "officer", **NEW)
    assert (await talk.one(DCO, "YES 123456")).key == "yes.nothing"  # what waits in the chat cannot be closed by SMS
    assert (await talk.one("77", "YES 123456")).key == "yes.wrong"
    assert (await talk.at(DIMLA))[0][2] == UCO


async def test_a_request_is_confirmed_in_the_chat_it_was_made_in(talk: Talk) -> None:
    await talk.link(DCO, "77")
    asked = await talk.one("77", "officer", **NEW)
    await talk.link(DCO, "78")
    assert (await talk.one("78", "হ্যাঁ")).key == "yes.nothing"
    assert (await talk.press(asked, 1))[-1].key == "yes.nothing"  # the old chat stands for nobody any more


async def test_codes_are_not_guessed_by_asking_again(talk: Talk) -> None:
    for _ in range(5):
        assert (await talk.one(DCO, "officer", **NEW)).key == "officer.ask_replace"
    assert (await talk.one(DCO, "officer", **NEW)).key == "confirm.too_often"
    await talk.link(DCO, "77")
    for _ in range(6):  # there is nothing to guess in a chat
        assert (await talk.one("77", "officer", **NEW)).key == "officer.ask_replace"
    assert (await talk.one(DCO, "officer", **NEW)).key == "confirm.too_often"


async def test_who_confirms_what_he_asks_is_not_held_up(talk: Talk) -> None:
    for number in range(6):
        args = {**NEW, "role": "inspector", "msisdn": f"+88017000555{number:02}", "text": "জামাল মিয়া"}
        assert by_number(await talk.confirmed(DCO, "officer", **args))[DCO].key == "officer.done_new"


async def test_an_old_no_leaves_what_is_asked_now(talk: Talk) -> None:
    await talk.link(DCO, "77")
    old = await talk.one("77", "officer", topic="end", msisdn=UCO_OF_DOMAR)
    await talk.one("77", "officer", **NEW)
    assert (await talk.press(old, 2))[-1].key == "no.nothing"
    assert by_number(await talk("77", "হ্যাঁ"))["77"].key == "officer.done_new"


async def test_a_forged_no_leaves_what_is_asked_in_the_chat(talk: Talk) -> None:
    await talk.link(DCO, "77")
    asked = await talk.one("77", "officer", **NEW)
    await talk(DCO, "না")
    assert by_number(await talk.press(asked, 1))["77"].key == "officer.done_new"
