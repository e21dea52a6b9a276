"""What the correction of a filed return is: which return is meant, what its figures come to then, who decides, and its record.

The office or society whose return it is asks (``bot.requesting``), an office above decides (``bot.deciding``). Nobody else writes its
figures, and nothing changes before the decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot import deciders, filing, owed, reporting, taking
from bot.domain.access import may_reach
from bot.domain.corrections import CorrectionState
from bot.domain.figures import plain
from bot.domain.forms import Kind
from bot.domain.replies import Reply
from bot.domain.text import bangla_digits
from bot.domain.wording import Slot, Wording
from bot.store import audit, corrections, offices, people, returns, standings, versions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.command import Context
    from bot.domain.access import Post
    from bot.domain.checking import Checked, Problem
    from bot.domain.figures import Value
    from bot.domain.forms import Form
    from bot.domain.offices import Office
    from bot.domain.returns import Author, Filer, Return
    from bot.store.corrections import Correction
    from bot.store.query import Tx

MOST_LINES = 4
"""Changed figures beside which it is told what follows from them; what was asked for is always told whole."""

WHICH: Mapping[str, Slot] = {"form": Slot.FORM, "p": Slot.PERIOD}
WITH_REF: Mapping[str, Slot] = {**WHICH, "ref": Slot.CODE}
WITH_LINE: Mapping[str, Slot] = {**WHICH, "line": Slot.COMMAND}
CHANGES: Mapping[str, Any] = {"row": "correct.line", "rows": MOST_LINES}
FAULTS: Mapping[str, Any] = {"row": "return.fault.carried", "rows": taking.MOST_PROBLEMS}

TEXTS = (Wording("correct.line", 1, {"label": Slot.LABEL, "was": Slot.FIGURE, "now": Slot.FIGURE}),)


@dataclass(frozen=True, slots=True)
class Asked:
    """A correction that was asked for, or is about to be.

    Attributes:
        one: the return.
        form: the version that it was filed by.
        changes: its figures as they are to be.
        checked: what all its figures come to then.
    """

    one: Return
    form: Form
    changes: Mapping[str, Value]
    checked: Checked

    def params(self) -> dict[str, Any]:
        """What a text about it is filled with."""
        return {"form": self.form.code, "p": self.one.period.name}

    def lines(self) -> tuple[Reply, ...]:
        """Each figure that changes, before and after; what follows from them where there is room."""
        now = self.checked.values
        found = [each for each in self.form.indicators if each.name in self.changes]
        found += [
            each
            for each in self.form.indicators
            if each.kind is Kind.COMPUTED and self.one.figures.get(each.name) != now.get(each.name)
        ][: max(MOST_LINES - len(found), 0)]
        return tuple(
            Reply(
                "correct.line",
                {
                    "label": dict(each.label),
                    "was": plain(self.one.figures.get(each.name)),
                    "now": plain(now.get(each.name)),
                },
            )
            for each in found
        )


def asked(context: Context, one: Return, changes: Mapping[str, Value]) -> Asked | None:
    """What a correction of a return comes to now; None where its form is gone."""
    form = context.returns.forms.exact(one.form, one.version)
    if form is None:
        return None
    return Asked(one, form, changes, filing.corrected(context.tx, form, one, changes))


def meant(context: Context, typed: str) -> Return | None:
    """The return that a reference means, its own or that of a request to correct it, where the sender may see it."""
    inbox_id = reporting.inbox_id_of(typed)
    if inbox_id is None:
        return None
    request = corrections.by_ref(context.tx, inbox_id)
    one = returns.by_ref(context.tx, inbox_id) if request is None else returns.by_id(context.tx, request.return_id)
    return one if one is not None and sees(context, one.filer) else None


def request_meant(context: Context, typed: str) -> Correction | None:
    """The request for a correction that a reference means, where the sender may see it."""
    inbox_id = reporting.inbox_id_of(typed)
    correction = None if inbox_id is None else corrections.by_ref(context.tx, inbox_id)
    if correction is None or not sees(context, returns.by_id(context.tx, correction.return_id).filer):
        return None
    return correction


def sees(context: Context, filer: Filer) -> bool:
    """Whether the sender serves a filer, or an office above it."""
    return may_reach("undo", context.sender.posts, lineage=filer.lineage, society_id=filer.society_id)


def posts_at(context: Context, filer: Filer) -> list[Post]:
    """The sender's posts at the very office or society that files."""
    posts = (post for post in context.sender.posts if post.society_id == filer.society_id)
    return [post for post in posts if filer.society_id is not None or post.lineage == filer.lineage]


def author(context: Context, filer: Filer) -> Author | None:
    """The sender as who may ask for corrections of a filer's returns, and undo them; None where he serves elsewhere."""
    own = posts_at(context, filer)
    if not may_reach("correct", own, lineage=filer.lineage, society_id=filer.society_id):
        return None
    return owed.author(context, filer)


def faults(form: Form, problems: tuple[Problem, ...]) -> tuple[Reply, ...]:
    """What is wrong, as lines of an answer."""
    return tuple(taking.fault(form, problem) for problem in problems[: taking.MOST_PROBLEMS])


def line(word: str, found: Asked, values: Mapping[str, Value]) -> dict[str, Any]:
    """A line that asks for a correction, or gives figures; where none are known, the first one that is typed, to be put in."""
    form, one = found.form, found.one
    own = [each for each in form.indicators if each.name in values]
    first = next((each for each in form.asked if not each.is_carried), form.indicators[0])
    listed = [[dict(each.label), plain(values.get(each.name))] for each in own or [first]]
    if word == "correct":
        return {"word": word, "ref": f"R{one.filed_in}", "values": listed}
    return {"word": word, "form": form.code, "period": one.period.name, "values": listed}


def correct_line(context: Context, one: Return) -> dict[str, Any]:
    """A line that asks for a correction of a filed return, with a figure to be put in."""
    found = asked(context, one, {})
    return {"word": "correct", "ref": f"R{one.filed_in}"} if found is None else line("correct", found, {})


def who_decides(tx: Tx, filer: Filer, but: str) -> tuple[Office | None, list[str]]:
    """The nearest office above a filer that has somebody to decide, other than who asked, and their numbers."""
    found = list(deciders.above(tx, filer.lineage))
    if filer.society_id is not None:
        found.insert(0, offices.by_id(tx, filer.area_id))
    for office in found:
        numbers = deciders.of_office(tx, office, but=but)
        if numbers:
            return office, numbers
    return None, []


def who_hears(tx: Tx, filer: Filer, correction: Correction) -> list[str]:
    """The number that asked for a correction; once it serves elsewhere, those who file there now."""
    if versions.author(tx, filer, correction.requested_by) is not None:
        return [correction.requested_by]
    if filer.society_id is None:
        return deciders.of_office(tx, offices.by_id(tx, filer.area_id))
    return [holder.msisdn for holder in people.bearers(tx, filer.society_id).values() if holder.msisdn]


def named(tx: Tx, filer: Filer) -> dict[str, str]:
    """What a filer is called: an office by its place, a society by its number and name."""
    if filer.society_id is None:
        office = offices.by_id(tx, filer.area_id)
        return {"bn": office.name_bn, "en": office.name_en}
    (society,) = standings.by_ids(tx, [filer.society_id])
    number = society.registration_no
    return {
        "bn": f"{bangla_digits(number)} {society.name_bn}",
        "en": f"{number} {society.name_en or society.name_bn}",
    }


def close(
    context: Context, filer: Filer, correction: Correction, state: CorrectionState, reason: str | None = None
) -> bool:
    """Write down what became of an open request; False where somebody was faster."""
    done = corrections.decide(
        context.tx,
        correction,
        state,
        by=context.sender.msisdn,
        at=context.now,
        inbox_id=context.inbox_id,
        reason=reason,
    )
    if done:
        log(context, filer, correction, _DONE[state], state, reason)
    return done


_DONE = {
    CorrectionState.APPROVED: "approve",
    CorrectionState.REJECTED: "reject",
    CorrectionState.WITHDRAWN: "withdraw",
}


def log(
    context: Context,
    filer: Filer,
    correction: Correction,
    done: str,
    state: CorrectionState,
    reason: str | None = None,
) -> None:
    """Write what happened to a request into the audit log: its figures before and after."""
    ref = {"ref": f"R{correction.inbox_id}", "return": correction.return_id}
    was = {name: plain(value) for name, value in correction.before.items()}
    changes = {name: plain(value) for name, value in correction.changes.items()}
    audit.record(
        context.tx,
        at=context.now,
        actor=context.sender.msisdn,
        inbox_id=context.inbox_id,
        action=f"correction.{done}",
        before={**ref, "figures": was},
        after={**ref, "figures": changes, "state": state.value, "reason": reason},
        office_id=filer.area_id,
        society_id=filer.society_id,
    )
