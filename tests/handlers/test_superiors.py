"""Nobody writes another's figures: by message, in a chat, by a forged choice or a button that is pressed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.configured import SIMULATED_CHAT
from bot.domain.messages import MO, Press
from bot.store import offices
from tests.handlers.filed import MEMBERS, asked, figures, filed
from tests.handlers.talking import (
    ANOTHER,
    DCO,
    DIMLA,
    DOMAR,
    JOINT,
    PRESIDENT,
    REGISTRAR,
    STRANGER,
    UCO,
    UCO_OF_DOMAR,
    Out,
    Talk,
    by_number,
)

if TYPE_CHECKING:
    from bot.store.query import Tx

POLITE = {
    *("return.none_yours", "return.society_files", "return.none_open", "correct.not_own", "undo.return_not_own"),
    *("report.not_found", "correct.none_waits", "correct.not_yourself", "undo.correction_waits", "not_allowed"),
    *("undo.nothing", "correct.above_decides"),
}


async def inspector(talk: Talk) -> None:
    """An inspector of another upazila."""
    await talk.confirmed(
        DCO, "officer", topic="new", role="inspector", office_code=DOMAR, msisdn=ANOTHER, text="জামাল মিয়া"
    )


async def ids(talk: Talk) -> dict[str, int]:
    def work(tx: Tx) -> dict[str, int]:
        return {one.code: one.id for one in offices.all_offices(tx)}

    return await talk.app.store.read(work)


@pytest.mark.parametrize("chat", [False, True])
@pytest.mark.parametrize("who", [DCO, JOINT, REGISTRAR, UCO_OF_DOMAR, ANOTHER, PRESIDENT, STRANGER])
async def test_an_offices_figures(talk: Talk, who: str, *, chat: bool) -> None:
    await inspector(talk)
    dimla = (await ids(talk))[DIMLA]
    ref = await filed(talk)
    speaker = who
    if chat:
        speaker = "77"
        await talk.link(who, speaker)
    before = await figures(talk.app)
    tries: list[tuple[str, dict[str, object]]] = [
        # As a choice of somebody else's would run it.
        ("return", {"form": "SOC", "period": "2026-10", "values": {"new": 9, "cancelled": 0}, "office_id": dimla}),
        ("return", {"form": "SOC", "period": "2026-11", "values": {"new": 9, "cancelled": 0}, "office_id": dimla}),
        ("return", {"form": "SOC", "period": "2026-11", "office_id": dimla}),
        ("guide", {"form": "SOC", "period": "2026-11", "office_id": dimla}),
        (f"সংশোধন {ref} নতুন ৯", {}),
        ("correct", {"ref": ref, "changes": {"new": 9}}),
        ("approve", {"ref": ref}),
        ("reject", {"ref": ref, "reason": "ভুল"}),
        ("undo", {"ref": ref}),
        (f"প্রত্যাহার {ref}", {}),
        ("undo", {}),
    ]
    if who in {DCO, JOINT, REGISTRAR, PRESIDENT, STRANGER}:  # the others have a return of their own
        tries.append(("রিটার্ন SOC ১০/২৬ নতুন ৯ বাতিল ০", {}))
    for text, args in tries:
        outs = await talk(speaker, text, **args)
        assert [out.to for out in outs] == [speaker], (text, [out.text for out in outs])
        assert outs[0].key in POLITE or text == "guide", (text, outs[0].key, outs[0].text)
        assert await figures(talk.app) == before, text
    assert await talk.changes() == ["officer.new", *(["link"] if chat else [])]


@pytest.mark.parametrize("who", [UCO, DCO, UCO_OF_DOMAR, REGISTRAR, STRANGER])
async def test_a_societys_figures(talk: Talk, who: str) -> None:
    """The officers who look after a society see its figures, and do not write them either."""
    ref = await filed(talk, PRESIDENT, "MEM", "2026-27/Q1", **MEMBERS)
    before = await figures(talk.app)
    for text, args in (
        ("return", {"form": "MEM", "period": "2026-27/Q1", "values": {**MEMBERS, "male": 9}, "society_id": 1}),
        ("return", {"form": "MEM", "period": "2025-26/Q4", "values": MEMBERS, "society_id": 1}),
        ("correct", {"ref": ref, "changes": {"male": 9}}),
        ("undo", {"ref": ref}),
        ("reject", {"ref": ref}),
        ("approve", {"ref": ref}),
    ):
        assert (await talk.one(who, text, **args)).key in POLITE, text
        assert await figures(talk.app) == before, text


async def test_who_asked_does_not_decide(talk: Talk) -> None:
    await inspector(talk)
    ref = await filed(talk)
    asked_for = await asked(talk, ref, new=6)
    await talk.link(UCO, "66")
    before = await figures(talk.app)
    for who in (UCO, "66", UCO_OF_DOMAR, ANOTHER, PRESIDENT, STRANGER):
        for text in (f"অনুমোদন {asked_for}", f"নামঞ্জুর {asked_for} না", f"অনুমোদন {ref}"):
            if who in {UCO, "66"} and text.startswith("নামঞ্জুর"):
                continue  # takes his request back
            outs = await talk(who, text)
            assert {out.key for out in outs} <= POLITE, (who, text)
            assert await figures(talk.app) == before, (who, text)


async def pressed(talk: Talk, out: Out, chat: str, choice: int = 1) -> list[Out]:
    """A button under somebody else's message."""
    talk.count += 1
    press = Press(out.id, choice)
    mo = MO(SIMULATED_CHAT, f"t{talk.count}", chat, "16123", "", press=press)
    await talk.app.receiver.receive(mo)
    return await talk.app.store.read(talk._fresh)


async def test_somebody_elses_buttons(talk: Talk) -> None:
    await talk.link(DCO, "66")
    await talk.link(UCO, "67")
    await talk.link(UCO_OF_DOMAR, "68")
    ref = await filed(talk)
    question = by_number(await talk(UCO, "correct", ref=ref, changes={"new": 6}))["66"]
    before = await figures(talk.app)
    for chat in ("67", "68", "99"):
        for choice in (1, 2):
            await pressed(talk, question, chat, choice)
            assert await figures(talk.app) == before
    assert [out.key for out in await pressed(talk, question, "66")][-1] in {"correct.approved", "correct.told_approved"}
    after = await figures(talk.app)
    assert after != before
    for choice in (1, 2, 1):
        await pressed(talk, question, "66", choice)
        assert await figures(talk.app) == after


async def test_a_code_confirms_only_what_it_was_sent_for(talk: Talk) -> None:
    """Whoever forges the district officer's number reads no code; a guess opens nothing."""
    ref = await filed(talk)
    asked_for = await asked(talk, ref, new=6)
    before = await figures(talk.app)
    assert (await talk.one(DCO, "approve", ref=asked_for)).key == "correct.ask"
    for text in ("YES 000000", "YES", "হ্যাঁ"):
        assert (await talk(DCO, text))[-1].key in {"yes.wrong", "yes.needs_code", "yes.nothing", "ask.missing_code"}
        assert await figures(talk.app) == before
    assert (await talk(UCO, "YES 000000"))[-1].key == "yes.nothing"
    assert await figures(talk.app) == before


async def test_the_same_message_again(talk: Talk) -> None:
    """A message that the provider hands over twice asks, approves and takes back once."""
    ref = await filed(talk)
    text = f"সংশোধন {ref} নতুন ৬"
    await talk(UCO, text)
    before = await figures(talk.app)
    assert await talk.resend(UCO, text) == []
    assert await figures(talk.app) == before
