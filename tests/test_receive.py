"""What one text leads to: the answer, the record, and silence where silence is right."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.clock import Clock
from bot.command import Command, Commands, Silence
from bot.config import Config
from bot.domain.errors import RegistrationClash, StoreError
from bot.domain.messages import MO
from bot.domain.segments import measure
from bot.domain.text import precomposed
from bot.handlers import status
from bot.store import conversation, outbox, senders
from bot.store.inbox import Fate
from tests.conftest import NOW

if TYPE_CHECKING:
    from bot.incoming import Outcome
    from bot.store.outbox import Row

PRESIDENT = "01700100011"
OFFICER = "01700099900"
STRANGER = "01700999999"


class Talk:
    """A gateway that somebody texts to; delivery stands still."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.now = NOW
        self.config = Config()
        self._count = 0

    async def outcome(self, sender: str, text: str, provider_id: str | None = None) -> tuple[Outcome, list[Row]]:
        self._count += 1
        async with App(self.config, Clock(self.now), self.url) as app:
            mo = MO("simulator", provider_id or f"t{self._count}", sender, "16123", text)
            outcome = await app.receiver.outcome(mo)
            return outcome, await app.store.read(lambda tx: outbox.answers_to(tx, outcome.answer.inbox_id))

    async def say(self, sender: str, text: str) -> str | None:
        _, rows = await self.outcome(sender, text)
        assert len(rows) <= 1
        return rows[0].text if rows else None


@pytest.fixture
def talk(demo_url: str) -> Talk:
    return Talk(demo_url)


async def test_one_society_one_segment(talk: Talk) -> None:
    _, rows = await talk.outcome(PRESIDENT, "অবস্থা")
    assert [row.segments for row in rows] == [1]
    assert rows[0].text.startswith("২/১৯৯৮ ")


async def test_english_is_answered_in_english_and_the_choice_is_kept(talk: Talk) -> None:
    assert (await talk.say(STRANGER, "STATUS 1/2023") or "").startswith("Dimla Agrani Fishe")
    assert await talk.say(STRANGER, "ভাষা ইংরেজি") == "From now on you are answered in English. For Bangla: LANG BN"
    assert "term to" in (await talk.say(STRANGER, "অবস্থা ১/২০২৩") or "")
    assert (await talk.say(STRANGER, "lang bangla") or "").startswith("এখন থেকে")


async def test_a_text_that_means_nothing_gets_one_help_in_ten_minutes(talk: Talk) -> None:
    first = await talk.say(STRANGER, "qwerty asdf")
    assert first is not None
    outcome, rows = await talk.outcome(STRANGER, "zxcv")
    assert rows == []
    assert (outcome.fate.outcome, outcome.fate.reason) == ("silent", "puzzled")
    assert await talk.say("01700999998", "zxcv") is not None, "another sender is another matter"
    talk.now += timedelta(minutes=10)
    assert await talk.say(STRANGER, "zxcv") == first


@pytest.mark.parametrize("sender", ["GP", "bKash", "16123", "121", "", "not a number", "+8801"])
async def test_machines_and_nobody_get_no_answer(talk: Talk, sender: str) -> None:
    outcome, rows = await talk.outcome(sender, "STATUS 1/2023")
    assert rows == []
    assert outcome.fate.reason in {"machine", "no_number"}


async def test_a_robots_text_gets_no_answer(talk: Talk) -> None:
    outcome, rows = await talk.outcome(STRANGER, "Dear customer, dial *121# to get 5GB free. Offer ends today")
    assert rows == []
    assert outcome.fate.reason == "machine"


async def test_our_own_help_coming_back_gets_no_answer(talk: Talk) -> None:
    said = await talk.say(STRANGER, "qwerty")
    assert said is not None
    talk.now += timedelta(hours=1)
    outcome, rows = await talk.outcome(STRANGER, said)
    assert rows == [], outcome


async def test_two_machines_cannot_talk_for_ever(talk: Talk) -> None:
    talk.config = Config.model_validate({"gateway": {"answers_per_sender": 5}})
    async with App(talk.config, Clock(NOW), talk.url) as app:

        async def fate(number: int, text: str = "HELP") -> Fate:
            return (await app.receiver.outcome(MO("simulator", f"loop-{number}", STRANGER, "16123", text))).fate

        for _ in range(9):
            assert (await fate(0)).outcome == "replied", (
                "what the provider repeats draws no further answer, and counts for none"
            )
        fates = [await fate(number) for number in range(1, 20)]
        assert [each.outcome for each in fates].count("replied") == 4
        assert fates[-1].reason == "limit"
        assert (await fate(99, "STOP")).outcome == "silent"
        known = await app.store.read(lambda tx: senders.known(tx, f"+88{STRANGER}", NOW.date(), NOW))
        assert known.stopped_at is not None, "STOP is carried out all the same"


async def test_a_parser_that_breaks_keeps_the_message_and_apologises(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with App(talk.config, Clock(NOW), talk.url) as app:
        monkeypatch.setattr(type(app.receiver.grammar), "parse", lambda *_: 1 / 0)
        outcome = await app.receiver.outcome(MO("simulator", "x", PRESIDENT, "16123", "অবস্থা"))
    assert outcome.fate == Fate("replied", None, "broken")


async def test_what_no_database_can_hold_is_left_out(talk: Talk) -> None:
    async with App(talk.config, Clock(NOW), talk.url) as app:
        await app.receiver.outcome(MO("simulator", "a\x00b", "GP\x00", "16\x00123", "অব\x00স্থা \ud800"))
        (received,) = await app.store.read(lambda tx: conversation.came_from(tx, "GP", "simulator", 99))
    assert received.text == "অবস্থা ?"


async def test_the_same_message_twice_is_one_message(talk: Talk) -> None:
    first, rows = await talk.outcome(PRESIDENT, "অবস্থা", "same")
    again, rows_again = await talk.outcome(PRESIDENT, "অবস্থা", "same")
    assert (first.fresh, again.fresh) == (True, False)
    assert [row.id for row in rows] == [row.id for row in rows_again]
    assert first.answer == again.answer
    assert first.fate == again.fate


async def test_a_phone_with_two_societies_chooses_by_number(talk: Talk, two_societies: str) -> None:
    question = await talk.say(two_societies, "অবস্থা")
    assert question is not None
    assert question.count("\n") == 2
    first, second = (line.partition(" ")[2].split()[0] for line in question.splitlines()[1:])
    assert second in (await talk.say(two_societies, "2") or "")
    assert first in (await talk.say(two_societies, "১") or ""), "the list stays open"
    assert await talk.say(two_societies, "7") == precomposed("১ থেকে ২ পর্যন্ত একটি নম্বর লিখে পাঠান।")
    talk.now += timedelta(minutes=16)
    assert "অবস্থা ২" in (await talk.say(two_societies, "২") or ""), "after a quarter of an hour a number is a question"


async def test_a_number_in_several_districts(talk: Talk, twice_used_number: str) -> None:
    question = await talk.say(STRANGER, f"অবস্থা {twice_used_number}")
    assert question is not None
    assert "\n" in question
    district = question.splitlines()[2].split()[-1]
    answer = await talk.say(STRANGER, "2") or ""
    assert district in answer
    assert await talk.say(STRANGER, f"অবস্থা {twice_used_number} {district}") == answer
    at_home = await talk.say(OFFICER, f"অবস্থা {twice_used_number}") or ""
    assert "নীলফামারী" in at_home, "the sender's own district first"


async def test_a_bare_number_is_answered_in_the_language_of_the_list(talk: Talk, twice_used_number: str) -> None:
    assert "which one?" in (await talk.say(STRANGER, f"STATUS {twice_used_number}") or "")
    assert "term" in (await talk.say(STRANGER, "2") or "")
    assert (await talk.say(STRANGER, "7") or "").startswith("Please send a number from 1")


async def test_what_is_not_open_yet_is_said_plainly(talk: Talk) -> None:
    outcome, rows = await talk.outcome(OFFICER, "TRACK")
    assert outcome.fate.reason == "not_yet"
    assert [row.segments for row in rows] == [1]


async def test_a_president_is_known_before_the_committees_first_day(talk: Talk) -> None:
    talk.now -= timedelta(days=400)
    _, rows = await talk.outcome(PRESIDENT, "অবস্থা")
    assert rows[0].text.startswith("২/১৯৯৮ ")
    assert rows[0].segments == 1


async def test_no_leaves_the_list(talk: Talk, two_societies: str) -> None:
    await talk.say(two_societies, "অবস্থা")
    assert await talk.say(two_societies, "না") == precomposed("ঠিক আছে, বাতিল করা হলো।")
    assert "অপেক্ষায় নেই" not in (await talk.say(two_societies, "অবস্থা") or "")


async def test_a_year_in_the_future_may_be_one_of_the_last_century(talk: Talk) -> None:
    assert "অবস্থা ২/১৯৯৮" in (await talk.say(OFFICER, "অবস্থা ২/৯৮") or "")


async def test_ones_own_society_comes_before_a_strangers(talk: Talk) -> None:
    """She serves one in Nilphamari and 7/2009 in Rangpur; Nilphamari has a 7/2009 too, which is not hers."""
    with sqlite3.connect(talk.url.removeprefix("sqlite:///")) as database:
        (hers,) = database.execute(
            "SELECT societies.id FROM societies JOIN offices ON offices.id = register_id"
            " WHERE registration_no = '7/2009' AND offices.code = '5585'"
        ).fetchone()
        database.execute("UPDATE appointments SET ended_on = '2026-01-01' WHERE society_id = ?", (hers,))
        database.execute(
            "INSERT INTO appointments (person_id, role, society_id, started_on)"
            " SELECT id, 'president', ?, '2026-01-01' FROM people WHERE msisdn = '+8801700100011'",
            (hers,),
        )
    assert "রংপুর" in (await talk.say(PRESIDENT, "অবস্থা ৭/২০০৯") or "")


async def test_whoever_serves_more_than_a_list_holds_is_asked_for_the_number(talk: Talk) -> None:
    with sqlite3.connect(talk.url.removeprefix("sqlite:///")) as database:
        database.execute(
            "UPDATE people SET msisdn = '+8801700100011' WHERE msisdn BETWEEN '+8801700100021' AND '+8801700100099'"
        )
    said = await talk.say(PRESIDENT, "অবস্থা") or ""
    assert precomposed("টি সমিতি আছে") in said


@pytest.mark.parametrize(
    ("typed", "district"),
    [("ডিমলা", "নীলফামারী"), ("Debiganj", "পঞ্চগড়"), ("nilphamari", "নীলফামারী"), ("debigonj", "পঞ্চগড়")],
)
async def test_an_upazila_stands_for_its_district(talk: Talk, typed: str, district: str) -> None:
    said = await talk.say(OFFICER, f"অবস্থা ৯৯৯৯৯/২০২৩ {typed}") or ""
    assert precomposed(district) in said


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("অবস্থা ৯৯৯৯৯/২০২৩", "পাওয়া যায়নি"),
        ("অবস্থা ১/২০২৩ আটলান্টিস", "চেনা যায়নি"),
        ("অবস্থা ১/২০২৩ ঢাকা", "ঢাকা"),
        ("অবস্থা", "রেজি নং"),
        ("অবস্থা ১/২০২৩ ২/২০২৩", "অথবা"),
    ],
)
async def test_what_cannot_be_answered_is_answered_with_how_to_ask(talk: Talk, text: str, part: str) -> None:
    assert precomposed(part) in (await talk.say(STRANGER, text) or "")


async def test_stop_and_start(talk: Talk) -> None:
    assert "বন্ধ হলো" in (await talk.say(PRESIDENT, "বন্ধ") or "")
    assert (await talk.say(PRESIDENT, "অবস্থা") or "").startswith("২/১৯৯৮"), "what a stopped number asks is answered"
    assert "চালু আছে" in (await talk.say(PRESIDENT, "চালু") or "")


async def test_a_handler_that_breaks_keeps_the_message_and_apologises(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Silence:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.app.COMMANDS", (replace(status.STATUS, run=broken),))
    outcome, rows = await talk.outcome(PRESIDENT, "অবস্থা", "poison")
    assert outcome.fate.reason == "broken"
    assert [row.text for row in rows] == [precomposed("দুঃখিত, সাময়িক সমস্যা হয়েছে। কিছুক্ষণ পর আবার পাঠান।")]
    again, _ = await talk.outcome(PRESIDENT, "অবস্থা", "poison")
    assert not again.fresh


async def test_a_database_that_cannot_take_it_acknowledges_nothing(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise StoreError

    async with App(talk.config, Clock(NOW), talk.url) as app:
        monkeypatch.setattr(app.receiver._answering, "take", gone)
        with pytest.raises(StoreError):
            await app.receiver.receive(MO("simulator", "x", PRESIDENT, "16123", "অবস্থা"))
        assert await app.store.read(lambda tx: conversation.came_from(tx, "+8801700100011", "simulator", 99)) == []


async def test_many_at_once_each_get_their_own(talk: Talk) -> None:
    async with App(talk.config, Clock(NOW), talk.url) as app:
        senders = [f"017001{number:04d}1" for number in range(1, 60)]
        answers = await asyncio.gather(
            *(app.receiver.receive(MO("simulator", f"m-{sender}", sender, "16123", "অবস্থা")) for sender in senders)
        )
        rows = await app.store.read(outbox.rows)
    assert len({answer.inbox_id for answer in answers}) == len(senders)
    assert sorted(row.to for row in rows) == sorted(f"+880{sender[1:]}" for sender in senders)
    assert all(measure(row.text).segments == row.segments for row in rows)


@pytest.fixture
async def two_societies(demo_url: str) -> str:
    """A number that serves two societies of the demo."""
    with sqlite3.connect(demo_url.removeprefix("sqlite:///")) as database:
        found = database.execute(
            "SELECT people.msisdn FROM people JOIN appointments ON person_id = people.id WHERE society_id IS NOT NULL"
            " GROUP BY people.msisdn HAVING count(DISTINCT society_id) = 2"
        ).fetchone()
    return str(found[0])


@pytest.fixture
async def twice_used_number(demo_url: str) -> str:
    """A registration number that exists in Nilphamari and elsewhere."""
    with sqlite3.connect(demo_url.removeprefix("sqlite:///")) as database:
        found = database.execute(
            "SELECT registration_no FROM societies JOIN offices ON offices.id = register_id GROUP BY registration_no"
            " HAVING count(*) > 1 AND sum(offices.code = '5573') = 1"
        ).fetchone()
    return str(found[0])


def test_commands_without_a_row_are_refused() -> None:
    with pytest.raises(RegistrationClash, match="access table"):
        Commands([Command("dance", status.STATUS.run)])
    with pytest.raises(RegistrationClash, match="command 'status'"):
        Commands([status.STATUS, status.STATUS])
