"""Filing question by question: on every channel, across channels, restarts and commands in between, and filed once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.app import App
from bot.clock import Clock
from bot.config import Config
from bot.configured import SIMULATED_CHAT, SIMULATOR
from bot.domain.messages import MO, Press
from bot.store import outbox, totals
from bot.store.query import Query
from bot.store.schema import dialogues, figure_versions, returns
from tests.conftest import NOW
from tests.handlers.talking import ANOTHER, DCO, DIMLA, PRESIDENT, SECRETARY, STRANGER, UCO, UCO_OF_DOMAR, Talk

if TYPE_CHECKING:
    from tests.handlers.talking import Out

UCO_CHAT, PRESIDENT_CHAT = "5001", "5002"
SOC = "রিটার্ন SOC ১০/২৬"

_FILED: Query[tuple[Any, ...]] = Query(
    returns.select().with_only_columns(returns.c.form, returns.c.filed_in, returns.c.figures).order_by(returns.c.id),
    lambda *row: row,
)
_VERSIONS: Query[str] = Query(
    figure_versions.select().with_only_columns(figure_versions.c.figures).order_by(figure_versions.c.id)
)
_DIALOGUES: Query[str] = Query(dialogues.select().with_only_columns(dialogues.c.kind))


async def _versions(talk: Talk) -> list[str]:
    return await talk.app.store.read(lambda tx: tx.all(_VERSIONS))


async def _filed(talk: Talk) -> list[str]:
    """The forms that are filed; the totals above agree with them."""
    rows = await talk.app.store.read(lambda tx: tx.all(_FILED))
    assert await talk.app.store.read(totals.differing) == []
    return [form for form, filed_in, _ in rows if filed_in is not None]


def _asks(out: Out) -> str:
    """What a message asks for: a label, everything that is confirmed, or nothing."""
    for each in (out.reply, *out.reply.lines):
        if each.key.startswith("guide.ask."):
            return str(each.params["label"]["en"])
        if each.key.startswith(("guide.summary", "guide.changed")):
            return "all"
    return "-"


async def _say(talk: Talk, *texts: str, who: str = UCO) -> Out:
    """Several messages one after the other; the last answer."""
    return [await talk.one(who, text) for text in texts][-1]


async def _button(talk: Talk, out: Out, does: str, at: str | None = None) -> Out:
    """Press the button that does this."""
    found = [
        number
        for number, one in enumerate(out.reply.choices, start=1)
        if one.args.get("do") == does and at in {None, one.args.get("at")}
    ]
    return (await talk.press(out, found[0]))[-1]


async def test_one_figure_after_the_other_is_filed_once(talk_on_each: Talk) -> None:
    talk = talk_on_each
    begun = await talk.one(UCO, SOC)
    assert (begun.key, _asks(begun), begun.reply.choices) == ("guide.begin", "Opening", ())
    assert _asks(await talk.one(UCO, "১,৩৯০")) == "New"
    assert _asks(await talk.one(UCO, "5")) == "Cancelled"
    shown = await talk.one(UCO, "২টি")
    assert (shown.key, _asks(shown)) == ("guide.summary", "all")
    assert await _filed(talk) == []
    filed = await talk.one(UCO, "হ্যাঁ")
    assert filed.key == "return.filed"
    assert [one["value"] for one in filed.reply.params["figures"]] == [1390, 5, 2, 1393]
    # The answer was late, and he says it again.
    assert (await talk.one(UCO, "হ্যাঁ")).key == "return.same"
    assert (await talk.one(UCO, "1")).key == "return.same"
    assert (await talk.one(UCO, "না")).key == "return.same"  # it is not taken back by that, and is not said to be
    assert (await talk.resend(UCO, "1")) == []
    assert (await talk.one(UCO, SOC)).key == "return.same"
    assert await _filed(talk) == ["SOC"]
    assert len(await _versions(talk)) == 3


async def test_the_next_month_begins_with_what_the_last_one_closed(talk: Talk) -> None:
    await talk.one(UCO, "RET SOC 09/26 1380 10 0")
    await talk.one(UCO, "RET SOC 10/26 5 2")
    begun = await talk.one(UCO, "রিটার্ন SOC ১১/২৬")
    opening, question, history = begun.reply.lines
    assert (opening.key, opening.params["value"]) == ("guide.opening", 1393)
    assert (question.params["i"], question.params["n"], question.params["label"]["en"]) == (1, 2, "New")
    assert (history.key, history.params) == ("guide.was_year", {"p": "2026-10", "last": 5, "sum": 15})
    shown = await _say(talk, "7", "1")
    labels = [choice.label for choice in shown.reply.choices]
    assert [label.key for label in labels] == ["guide.button.file", "guide.sum_option", "guide.sum_option"]
    assert [(label.params["value"], label.params["sum"]) for label in labels[1:]] == [(7, 22), (1, 3)]
    (others,) = shown.reply.lines
    (closing,) = [one["value"] for one in others.params["figures"]["figures"] if one["label"]["en"] == "Closing"]
    assert closing == 1399


async def test_what_does_not_agree_is_refused_and_asked_again(talk: Talk) -> None:
    await talk.one(UCO, "RET SOC 09/26 1390 0 0")
    await talk.one(UCO, SOC)
    written = await _versions(talk)
    wrong = await talk.one(UCO, "প্রারম্ভিক ১৩৯১")
    assert (wrong.key, wrong.reply.lines[0].key, _asks(wrong)) == ("guide.refused", "return.fault.carried", "New")
    assert wrong.reply.lines[0].params["should"] == 1390
    wrong = await talk.one(UCO, "5 2 1394")
    assert (wrong.key, wrong.reply.lines[0].key, _asks(wrong)) == ("guide.refused", "return.fault.total", "New")
    assert wrong.reply.lines[0].params["should"] == 1393
    assert await _versions(talk) == written
    assert _asks(await talk.one(UCO, "5 2 1393")) == "all"
    wrong = await talk.one(UCO, "বাতিল ২০০০")
    assert (wrong.key, wrong.reply.lines[0].key) == ("guide.refused", "return.fault.least")
    assert (await talk.one(UCO, "1")).key == "return.filed"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("১o", "guide.hint.number"),
        ("না", "guide.hint.number"),
        ("-5", "guide.hint.number"),
        ("5.5", "guide.hint.whole"),
        ("skip", "guide.hint.needed"),
        ("1 390", "guide.hint.joined"),
        ("1 2 3 4 5", "guide.hint.too_many"),
        ("সমাপনী ৯", "guide.hint.computed"),
        ("back", "guide.hint.first"),
    ],
)
async def test_a_slip_gets_a_hint_and_the_question_again(talk: Talk, text: str, key: str) -> None:
    await talk.one(UCO, SOC)
    out = await talk.one(UCO, text)
    assert (out.key, _asks(out)) == (key, "Opening")
    assert out.segments <= 2
    assert await _versions(talk) == []


async def test_after_some_texts_that_are_none_he_is_answered_as_anybody(talk: Talk) -> None:
    await talk.one(UCO, SOC)
    keys = [out.key for text in ("abc", "xyz", "abc", "xyz") for out in await talk(UCO, text)]
    assert keys == [*["guide.hint.number"] * 3, "unknown"]
    assert _asks(await talk.one(UCO, "1390")) == "New"


async def test_back_and_a_label_change_what_was_answered(talk: Talk) -> None:
    out = await _say(talk, SOC, "1390", "5", "back")
    assert (_asks(out), out.reply.lines[-1].params) == ("New", {"value": 5})
    assert _asks(await talk.one(UCO, "6")) == "Cancelled"
    assert _asks(await _say(talk, "আগে", "আগে")) == "Opening"
    assert _asks(await talk.one(UCO, "বাদ")) == "Cancelled"  # what is there may be passed over
    assert _asks(await talk.one(UCO, "2")) == "all"
    assert _asks(await talk.one(UCO, "3")) == "New"
    assert _asks(await talk.one(UCO, "একই")) == "all"
    assert _asks(await talk.one(UCO, "নতুন")) == "New"
    assert _asks(await talk.one(UCO, "7")) == "all"
    assert (await talk.one(UCO, "9")).key == "guide.hint.choice"
    filed = await talk.one(UCO, "yes")
    assert [one["value"] for one in filed.reply.params["figures"]] == [1390, 7, 2, 1395]


async def test_a_target_of_the_year_is_kept_by_passing_it_over(talk: Talk) -> None:
    await talk.one(UCO, "ret EGOV jul-sep/26 target 40 achieved 10")
    out = await talk.one(UCO, "ret EGOV oct-dec/26")
    assert (_asks(out), out.reply.lines[-1].key) == ("Target of the year", "guide.keeps")
    assert _asks(await talk.one(UCO, "skip")) == "Achieved"
    shown = await _say(talk, "20", "skip", "skip")
    assert _asks(shown) == "all"
    filed = await talk.one(UCO, "1")
    values = {one["label"]["en"]: one["value"] for one in filed.reply.params["figures"]}
    assert (values["Target of the year"], values["Achieved"], values["Percent achieved"]) == (40, 20, 50)


async def test_days_may_be_left_out_but_not_all_of_them(talk: Talk) -> None:
    shown = await _say(talk, "রিটার্ন TRACK জুলাই-সেপ্টে/২৬", "বাদ", "বাদ", "নাই", "skip")
    assert (shown.key, _asks(shown)) == ("guide.hint.nothing", "Integrity strategy")
    assert (await talk.one(UCO, "5/10")).key == "guide.hint.date"
    assert _asks(await _say(talk, "৫/১০/২৬", "skip", "skip", "গতকাল")) == "all"
    assert (await talk.one(UCO, "হ্যাঁ")).key == "return.filed"
    assert await _filed(talk) == ["TRACK"]


async def test_he_leaves_it_and_takes_it_up_again(talk: Talk) -> None:
    out = await _say(talk, SOC, "থাক")
    assert out.key == "guide.stopped_empty"
    out = await _say(talk, SOC, "1390", "বাতিল")
    assert out.key == "guide.stopped"
    assert out.text.count("রিটার্ন SOC 10/26") == 1
    assert await talk.app.store.read(lambda tx: tx.all(_DIALOGUES)) == []
    resumed = await talk.one(UCO, SOC)
    assert (resumed.key, _asks(resumed)) == ("guide.resumed", "New")
    # Dropping it is said by its own word, and it begins anew.
    assert (await talk(UCO, "প্রত্যাহার"))[0].text
    assert _asks(await talk.one(UCO, SOC)) == "Opening"


async def test_other_commands_in_between_are_answered_as_always(talk: Talk) -> None:
    await _say(talk, SOC, "1390")
    assert (await talk.one(UCO, "অবস্থা ১/২০২৩")).key.startswith("status")
    assert (await talk.one(UCO, "help")).key.startswith("help")
    assert (await talk.one(UCO, "৩/২০২৩")).key.startswith("status")
    assert _asks(await talk.one(UCO, "5")) == "Cancelled"
    # A list takes its place; the return goes on where it was.
    listed = await talk.one(UCO, "খুঁজুন মৎস্যজীবী")
    assert listed.reply.choices
    assert (await talk.one(UCO, "2")).key.startswith("status")
    assert _asks(await talk.one(UCO, SOC)) == "Cancelled"
    # Figures for it by a whole line, as ever.
    assert (await talk.one(UCO, "RET SOC 10/26 cancelled 2")).key == "return.filed"
    assert (await talk.one(UCO, "3")).key == "return.other"


async def test_it_goes_on_in_the_chat_and_by_sms_again(talk: Talk) -> None:
    await _say(talk, SOC, "1390")
    await talk.link(UCO, UCO_CHAT)
    out = await talk.one(UCO_CHAT, "5")
    assert (_asks(out), out.channel) == ("Cancelled", SIMULATED_CHAT)
    assert [one.args["do"] for one in out.reply.choices] == ["back", "cancel"]
    assert _asks(await _button(talk, out, "back")) == "New"
    assert _asks(await talk.one(UCO, "6")) == "Cancelled"
    shown = await talk.one(UCO_CHAT, "2")
    assert (shown.key, [line.params["value"] for line in shown.reply.lines]) == (
        "guide.summary_chat",
        [1390, 6, 2, 1394],
    )
    assert _asks(await _button(talk, shown, "change", "cancelled")) == "Cancelled"
    assert _asks(await talk.one(UCO, "3")) == "all"
    # The button stands under figures that are not those any more.
    again = await _button(talk, shown, "file")
    assert (again.key, _asks(again)) == ("guide.changed_chat", "all")
    assert await _filed(talk) == []
    assert (await _button(talk, again, "file")).key == "return.filed"
    assert (await _button(talk, again, "file")).key == "return.same"
    assert (await talk.one(UCO, "হ্যাঁ")).key == "return.same"
    assert await _filed(talk) == ["SOC"]


async def test_an_old_button_leaves_another_return_alone(talk: Talk) -> None:
    await talk.link(UCO, UCO_CHAT)
    shown = await _say(talk, "RET SOC 10/26", "1390 5 2", who=UCO_CHAT)
    assert (await _button(talk, shown, "file")).key == "return.filed"
    await talk.one(UCO_CHAT, "RET AUD 10/26")
    assert (await _button(talk, shown, "file")).key == "return.same"
    assert (await _button(talk, shown, "cancel")).key == "return.same"
    assert _asks(await talk.one(UCO_CHAT, "12")) == "Done"


async def test_it_survives_a_restart_and_the_end_of_its_time(talk: Talk, demo_url: str) -> None:
    await talk.link(UCO, UCO_CHAT)
    question = await _say(talk, SOC, "1390", who=UCO_CHAT)
    async with App(Config(), Clock(NOW + timedelta(hours=23)), demo_url) as app:
        later = Talk(app, count=100, seen=set(talk.seen))
        assert _asks(await later.one(UCO, "5")) == "Cancelled"
        assert _asks(await _button(later, question, "back")) == "Opening"
    async with App(Config(), Clock(NOW + timedelta(hours=50)), demo_url) as app:
        later = Talk(app, count=200, seen={row.id for row in await app.store.read(outbox.rows)})
        late = await later.one(UCO, "2")
        assert not late.key.startswith("guide")
        # A button knows by itself what it was about.
        assert _asks(await _button(later, question, "back")) == "Opening"
        assert (await later.one(UCO, "থাক")).key == "guide.stopped"
        resumed = await later.one(UCO, SOC)
        assert (resumed.key, _asks(resumed)) == ("guide.resumed", "Cancelled")
        assert _asks(await later.one(UCO, "2")) == "all"
        assert (await later.one(UCO, "yes")).key == "return.filed"
        assert await _filed(later) == ["SOC"]


async def test_two_devices_at_once_file_once(talk_on_each: Talk) -> None:
    talk = talk_on_each
    await talk.link(UCO, UCO_CHAT)
    shown = await _say(talk, SOC, "1390 5 2", who=UCO_CHAT)
    press = Press(shown.id, 1)
    receive = talk.app.receiver.receive
    await asyncio.gather(
        *(receive(MO(SIMULATED_CHAT, f"p{number}", UCO_CHAT, "16123", "", press=press)) for number in range(3)),
        *(receive(MO(SIMULATOR, f"y{number}", UCO, "16123", "হ্যাঁ")) for number in range(3)),
    )
    assert await _filed(talk) == ["SOC"]
    keys = sorted(out.key for out in await talk.app.store.read(talk._fresh))
    assert keys == ["return.filed", *["return.same"] * 5]


async def test_a_colleague_is_heard(talk: Talk) -> None:
    await talk.confirmed(
        DCO, "officer", topic="new", role="inspector", office_code=DIMLA, msisdn=ANOTHER, text="জামাল মিয়া"
    )
    await _say(talk, SOC, "1390 5 2")
    # He takes up what the other has begun, and changes a figure that the other has just been shown.
    other = await talk.one(ANOTHER, SOC)
    assert _asks(other) == "all"
    assert _asks(await talk.one(ANOTHER, "নতুন ৬")) == "all"
    looked = await talk.one(UCO, "হ্যাঁ")
    assert (looked.key, _asks(looked)) == ("guide.changed", "all")
    assert (await talk.one(ANOTHER, "1")).key == "return.filed"
    told = await talk.one(UCO, "হ্যাঁ")
    assert told.key == "return.same"
    assert [one["value"] for one in told.reply.params["figures"]] == [1390, 6, 2, 1394]
    assert await _filed(talk) == ["SOC"]


async def test_an_answer_to_what_a_colleague_has_filed_meanwhile_needs_a_correction(talk: Talk) -> None:
    await talk.confirmed(
        DCO, "officer", topic="new", role="inspector", office_code=DIMLA, msisdn=ANOTHER, text="জামাল মিয়া"
    )
    await _say(talk, SOC, "1390")
    await talk.one(ANOTHER, "RET SOC 10/26 new 5 cancelled 2")
    assert (await talk.one(UCO, "6")).key == "return.other"
    assert await _filed(talk) == ["SOC"]


async def test_a_president_and_a_secretary_file_their_societys_form(talk: Talk) -> None:
    out = await _say(talk, "রিটার্ন MEM ২০২৫-২৬", "১২০", "৮০", who=PRESIDENT)
    assert (out.key, _asks(out)) == ("guide.noted", "Share capital")
    await talk.link(PRESIDENT, PRESIDENT_CHAT)
    shown = await _say(talk, "৫,০০,০০০", "12,34,567 taka", "০", "nil", who=PRESIDENT_CHAT)
    assert _asks(shown) == "all"
    assert (await _button(talk, shown, "file")).key == "return.filed"
    assert await _filed(talk) == ["MEM"]
    # The secretary of the same society is told that it is done; the officer that it is not his.
    assert (await talk.one(SECRETARY, "RET MEM 2025-26")).key == "return.same"
    assert (await talk.one(UCO, "RET MEM 2025-26")).key == "return.society_files"


@pytest.mark.parametrize("who", [DCO, UCO_OF_DOMAR, PRESIDENT])
async def test_nobody_answers_for_another_office(talk: Talk, who: str) -> None:
    await talk.link(UCO, UCO_CHAT)
    question = await _say(talk, SOC, "1390", who=UCO_CHAT)
    own = dict(question.reply.choices[0].args)
    for args in (own, {**own, "do": "file"}, {**own, "values": {"new": 9}}, {**own, "do": "cancel"}):
        out = await talk.one(who, "guide", **args)
        assert out.key in {"return.none_yours", "return.society_files", "not_allowed"}
    assert len(await _versions(talk)) == 1
    assert _asks(await talk.one(UCO, "5")) == "Cancelled"


async def test_a_stranger_presses_in_vain(talk: Talk) -> None:
    await talk.link(UCO, UCO_CHAT)
    question = await _say(talk, SOC, "1390", who=UCO_CHAT)
    press = Press(question.id, 1)
    await talk.app.receiver.receive(MO(SIMULATED_CHAT, "s1", "6666", "16123", "", press=press))
    (told,) = await talk.app.store.read(talk._fresh)
    assert (told.to, told.key) == ("6666", "unknown")
    assert (await talk.one(STRANGER, "guide", **question.reply.choices[0].args)).key == "not_allowed"
    assert _asks(await talk.one(UCO_CHAT, "5")) == "Cancelled"


async def test_the_language_stays_while_figures_and_words_are_typed(talk: Talk) -> None:
    await talk.one(PRESIDENT, "RET MEM jul-sep/26")
    typed = ("১২০", "পেছনে", "skip", "৮০", "থাক")
    texts = [(await talk.one(PRESIDENT, text)).text for text in typed]
    assert all(text.isascii() for text in texts), texts
