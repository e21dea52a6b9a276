"""Filing by message: by order or by label, checked, completed by several messages, echoed with a reference, and never half written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.store import totals
from bot.store.query import Query
from bot.store.schema import figure_versions, returns
from tests.handlers.talking import DCO, JOINT, PRESIDENT, STRANGER, UCO, UCO_OF_DOMAR, Talk

if TYPE_CHECKING:
    from tests.handlers.talking import Out

_RETURNS: Query[tuple[Any, ...]] = Query(returns.select().order_by(returns.c.id), lambda *row: row)
_VERSIONS: Query[str] = Query(
    figure_versions.select().with_only_columns(figure_versions.c.figures).order_by(figure_versions.c.id)
)


async def _written(talk: Talk) -> tuple[list[tuple[Any, ...]], list[str]]:
    return await talk.app.store.read(lambda tx: (tx.all(_RETURNS), tx.all(_VERSIONS)))


def _figures(out: Out) -> dict[str, Any]:
    return {one["label"]["en"]: one["value"] for one in out.reply.params["figures"]}


async def _agree(talk: Talk) -> None:
    assert await talk.app.store.read(totals.differing) == []


@pytest.mark.parametrize(
    "text",
    [
        "RET SOC 10/26 1390 5 2",
        "RET SOC 10/26 1390 5 2 1393",
        "রিটার্ন SOC ১০/২৬ ১৩৯০ ৫ ২ ১৩৯৩",
        "ret oct 26 opening=1,390 new=5 cancel=2",
        "রিটার্ন অক্টোবর ২৬ প্রারম্ভিক ১৩৯০ নতুন ৫ বাতিল ২ সমাপনী ১৩৯৩",
    ],
)
async def test_figures_come_by_order_or_by_label(talk_on_each: Talk, text: str) -> None:
    out = await talk_on_each.one(UCO, text)
    assert out.key == "return.filed"
    assert _figures(out) == {"Opening": 1390, "New": 5, "Cancelled": 2, "Closing": 1393}
    assert out.reply.params["ref"] == "1"
    await _agree(talk_on_each)


async def test_the_opening_is_carried_and_what_is_typed_must_agree_with_it(talk: Talk) -> None:
    await talk.one(UCO, "RET SOC 09/26 1390 5 2")
    refused = await talk.one(UCO, "RET SOC 10/26 1391 5 2 1394")
    assert refused.key == "return.refused"
    assert [line.key for line in refused.reply.lines] == ["return.fault.carried", "return.fault.total", "return.send"]
    line = refused.text.splitlines()[-1].split(": ", 1)[1]
    assert line == "রিটার্ন SOC 10/26 1393 5 2 1396"
    assert len((await _written(talk))[1]) == 1
    filed = await talk.one(UCO, line)
    assert (filed.key, _figures(filed)["Closing"]) == ("return.filed", 1396)
    assert [one.get("all") for one in filed.reply.params["figures"]] == [None, 10, 4, None]
    await _agree(talk)


async def test_a_total_that_does_not_add_up_is_refused_with_the_line_corrected(talk: Talk) -> None:
    out = await talk.one(UCO, "RET SOC 12/23 1391 5 2 1393")
    assert (out.key, out.reply.lines[0].params["should"]) == ("return.refused", 1394)
    assert out.text.endswith("রিটার্ন SOC 12/23 1391 5 2 1394")
    assert await _written(talk) == ([], [])


async def test_the_same_again_changes_nothing_and_other_figures_need_a_correction(talk: Talk) -> None:
    filed = await talk.one(UCO, "RET SOC 10/26 1390 5 2")
    before = await _written(talk)
    assert (await talk.one(UCO, "RET SOC 10/26 1390 5 2")).key == "return.same"
    assert (await talk.one(UCO, "RET SOC 10/26 new 5")).key == "return.same"
    other = await talk.one(UCO, "RET SOC 10/26 1390 6 2")
    assert other.key == "return.other"
    assert other.text.endswith(f"সংশোধন R{filed.reply.params['ref']} নতুন 6")
    assert await _written(talk) == before


async def test_several_messages_complete_one_return(talk: Talk) -> None:
    kept = await talk.one(UCO, "RET SOC 10/26 new 5")
    assert kept.key == "return.kept"
    asked = await talk.one(UCO, "RET SOC 10/26 cancelled 2")
    assert asked.key == "return.opening"
    await _agree(talk)
    filed = await talk.one(UCO, "RET SOC 10/26 opening 1390")
    assert (filed.key, _figures(filed)["Closing"]) == ("return.filed", 1393)
    assert len((await _written(talk))[1]) == 3


async def test_what_waits_for_an_opening_is_filed_with_the_return_that_tells_it(talk: Talk) -> None:
    for month in ("10", "09"):
        assert (await talk.one(UCO, f"RET SOC {month}/26 5 2")).key == "return.opening"
    first = await talk.one(UCO, "RET SOC 08/26 1390 5 2")
    assert first.key == "return.filed"
    assert [line.params["p"] for line in first.reply.lines] == ["2026-09", "2026-10"]
    again = await talk.one(UCO, "RET SOC 10/26 5 2")
    assert (again.key, _figures(again)["Closing"]) == ("return.same", 1399)
    await _agree(talk)


async def test_numbers_without_a_form_are_for_the_one_they_fit(talk: Talk) -> None:
    listed = await talk.one(UCO, "RET 10/26 1390 5 2 1393")
    assert listed.key == "return.filed"
    which = await talk.one(UCO, "RET 10/26 40 21")
    assert which.key == "return.which_form"
    codes = [choice.label.params["form"] for choice in which.reply.choices]
    assert codes == ["AGM", "AUD", "CDF"]
    chosen = await talk.one(UCO, "2")
    assert (chosen.key, chosen.reply.params["form"]) == ("return.filed", "AUD")


async def test_the_word_alone_lists_what_is_open(talk: Talk) -> None:
    listed = await talk.one(UCO, "রিটার্ন")
    assert listed.key == "return.which_open"
    assert [choice.label.params.get("form") for choice in listed.reply.choices] == [
        *("EGOV", "NOTHI", "TRACK", "AGM", "AUD"),
        None,
    ]
    rest = await talk.one(UCO, "আরও")
    assert [choice.label.params["form"] for choice in rest.reply.choices] == ["CDF", "SOC"]
    assert (await talk.one(UCO, "2")).key == "guide.begin"


async def test_what_was_typed_is_kept_while_the_period_is_asked_for(talk: Talk) -> None:
    listed = await talk.one(UCO, "RET SOC 1390 5 2")
    assert [choice.label.params["p"] for choice in listed.reply.choices] == ["2026-10"]
    filed = await talk.one(UCO, "1")
    assert (filed.key, _figures(filed)["Closing"]) == ("return.filed", 1393)
    # Nothing of the form is open: what is filed can be looked at, and the month that runs can be filed.
    again = await talk.one(UCO, "soc ret")
    assert (again.key, [choice.label.params["p"] for choice in again.reply.choices]) == (
        "return.form_filed",
        ["2026-10", "2026-11"],
    )
    assert (await talk.one(UCO, "1")).key == "return.same"
    assert (await talk.one(DCO, "RET SOC")).key == "return.none_yours"
    assert (await talk.one(DCO, "RET")).key == "return.files_none"


@pytest.mark.parametrize("text", ["RETSOC 10/26 1390 5 2", "রিটার্নSOC ১০/২৬ ১৩৯০ ৫ ২"])
async def test_a_missing_space_does_not_matter(talk: Talk, text: str) -> None:
    assert (await talk.one(UCO, text)).key == "return.filed"


async def test_without_its_first_word_the_line_is_shown_as_it_should_be(talk: Talk) -> None:
    out = await talk.one(UCO, "SOC 10/26 1390 5 2")
    assert (out.key, out.reply.params["line"]) == ("ask.line", "RET SOC 10/26 1390 5 2")
    assert await _written(talk) == ([], [])
    assert (await talk.one(UCO, "soc")).key == "return.which_open"


async def test_a_form_that_there_is_not_is_told_with_those_that_there_are(talk: Talk) -> None:
    out = await talk.one(UCO, "RET XYZ 10/26 1")
    assert (out.key, out.reply.params["typed"]) == ("form.unknown", "XYZ")
    assert out.reply.params["forms"] == ["AGM", "AUD", "CDF", "EGOV", "NOTHI", "SOC", "TRACK"]


async def test_days_come_in_their_order_or_with_their_names_and_never_from_the_future(talk: Talk) -> None:
    track = "RET TRACK Q1 26-27"
    assert (await talk.one(UCO, f"{track} 5/10/26 6/10/26")).key == "return.by_label"
    assert (await talk.one(UCO, f"{track} nis 5/10/26 rti 30/12/26")).key == "return.future"
    assert await _written(talk) == ([], [])
    filed = await talk.one(UCO, f"{track} 5/10/26 6/10/26 7/10/26 8/10/26")
    assert (filed.key, _figures(filed)["Citizen's charter"]) == ("return.filed", "2026-10-08")


async def test_who_files_for_two_societies_is_told_for_which(talk: Talk) -> None:
    both = "+8801700100131"
    which = await talk.one(both, "RET MEM 25-26 120 80 500000 1200000 300000 250000")
    assert which.key == "return.which_own"
    filed = await talk.one(both, "1")
    assert filed.text.splitlines()[-1].startswith("14/2000")
    listed = await talk.one(both, "RET")
    assert [choice.label.params["r"] for choice in listed.reply.choices] == ["301/2012", "14/2000", "301/2012"]


async def test_a_line_to_be_sent_back_never_ends_in_half_a_number(talk: Talk) -> None:
    await talk.one(UCO, "RET NOTHI Q1 26-27 8 30 32 1081 1277 244")
    undone = await talk.one(UCO, "প্রত্যাহার")
    line = undone.text.rpartition(": ")[2]
    assert line.endswith("8 30 32 1081 1277 244")  # with all labels it would be too long
    assert (await talk.one(UCO, line)).key == "return.filed"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("RET SOC 2026-27 5 2", "return.other_period"),
        ("RET NOTHI 10/26 1 2", "return.other_period"),
        ("RET SOC 12/26 5 2", "return.not_begun"),
        ("RET SOC 10/26 5", "return.count"),
        ("RET SOC 10/26 1 2 3 4 5", "return.count"),
        ("RET SOC 10/26 opening 1 new 0 cancelled 2", "return.refused_how"),
        ("RET MEM 2025-26 1 2 3 4 5 6", "return.society_files"),
    ],
)
async def test_what_cannot_be_taken_is_told_and_writes_nothing(talk: Talk, text: str, key: str) -> None:
    assert (await talk.one(UCO, text)).key == key
    assert await _written(talk) == ([], [])


@pytest.mark.parametrize("who", [DCO, JOINT, PRESIDENT, STRANGER])
async def test_nobody_else_files_an_upazilas_figures(talk: Talk, who: str) -> None:
    out = await talk.one(who, "RET SOC 10/26 1390 5 2")
    assert out.key in {"return.none_yours", "not_allowed"}
    assert await _written(talk) == ([], [])


async def test_an_office_files_for_itself_alone(talk: Talk) -> None:
    await talk.one(UCO, "RET SOC 10/26 1390 5 2")
    await talk.one(UCO_OF_DOMAR, "RET SOC 10/26 412 1 0")
    rows, _ = await _written(talk)
    assert len({row[6] for row in rows}) == 2
    await _agree(talk)


async def test_a_president_files_his_societys_return(talk: Talk) -> None:
    out = await talk.one(PRESIDENT, "RET MEM 2025-26 120 80 500000 1200000 300000 250000")
    assert out.key == "return.filed"
    assert _figures(out)["Men"] == 120
    await _agree(talk)


async def test_real_tables(talk: Talk) -> None:
    nothi = await talk.one(UCO, "RET NOTHI Q2 23-24 8 30 32 1081 1143 1277 244")
    assert (nothi.key, _figures(nothi)["Total notes"], _figures(nothi)["Share in d-nothi"]) == (
        "return.filed",
        1143,
        82.41,
    )
    capped = await talk.one(UCO, "RET EGOV Q2 23-24 target 80 achieved 86")
    assert _figures(capped)["Percent achieved"] == 100
    quarter = await talk.one(UCO, "RET EGOV Q1 24-25 4 1")
    assert _figures(quarter)["Percent achieved"] == 25
    second = await talk.one(UCO, "RET EGOV Q2 24-25 achieved 2")
    assert _figures(second)["Target of the year"] == 4
