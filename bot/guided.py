"""One step of a return that is filed question by question: what an answer does to it, and what is asked then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot import filing, fitting, guide_texts, owed, return_lines, taking
from bot.command import Dialogue
from bot.domain import checking, guiding
from bot.domain.answers import Hint
from bot.domain.guiding import Asked
from bot.domain.replies import Reply
from bot.filing import Fate
from bot.guide_texts import Progress
from bot.store import returns, senders
from bot.taking import Typed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.command import Context
    from bot.domain.checking import Problem
    from bot.domain.figures import Value
    from bot.filing import Owed

KIND = "guide"


def ended(context: Context, said: Reply, which: Mapping[str, Any]) -> Reply:
    """Close the dialogue about a return; one about another return, whose old button was pressed, stays."""
    context.opens = None
    known = senders.known(context.tx, context.sender.msisdn, context.today, context.now).dialogue
    if known is not None and known[0] == KIND and all(known[1].get(name) == which[name] for name in which):
        senders.end_dialogue(context.tx, context.sender.msisdn)
    return said


class Guided:
    """A return on its way.

    Args:
        context: of the message that came.
        due: the return, which is open and locked.
        which: the same, as arguments.
        asked: what was asked last.
    """

    def __init__(self, context: Context, due: Owed, which: Mapping[str, Any], asked: Asked) -> None:
        self._context = context
        self._due = due
        self._which = which
        self._asked = asked

    def progress(self) -> Progress:
        """How far the return has come."""
        tx, due = self._context.tx, self._due
        one = returns.find(tx, due.form.code, due.period, due.filer)
        given = one.given if one is not None else {}
        carried = filing.carried(tx, due)
        checked = checking.check(due.form, given, carried)
        return Progress(
            due=due,
            place={name: value for name, value in self._which.items() if name not in {"form", "period"}},
            given=given,
            carried=carried,
            checked=checked,
            last=returns.last_filed(tx, due.form.code, due.period, due.filer),
            year=return_lines.of_year(tx, due.form, due.period, due.filer, checked.values),
            whose=taking.whose(self._context, due),
            in_chat=self._context.in_chat,
        )

    def answered(self, values: Mapping[str, Value]) -> Reply:
        """Write figures down; what does not agree is told, and asked again."""
        context = self._context
        by = owed.author(context, self._due.filer)
        assert by is not None  # noqa: S101 - asked before
        given = filing.give(context.tx, context.returns.forms, self._due, by, values, hold=True)
        progress = self.progress()
        if given.fate is Fate.REFUSED:
            return self._again(progress, self._refused(given.checked.problems))
        known = [name for name in values if name in progress.checked.values]
        if not known:  # a total whose parts are not all there
            return self.goes_on(guide_texts.hint(progress, Hint.COMPUTED, next(iter(values))))
        return self.goes_on(guide_texts.noted(progress, known))

    def hinted(self, why: Hint, name: str | None = None) -> Reply:
        """Say why an answer is none, and ask again."""
        progress = self.progress()
        hint = guide_texts.hint(progress, why, name, len(self._asked.listed))
        return self._again(progress, hint, missed=self._asked.missed + 1)

    def back(self, at: str | None) -> Reply:
        """Ask the question before."""
        progress = self.progress()
        before = guiding.before(progress.questions, at)
        if before is None:
            return self.hinted(Hint.FIRST)
        skipped = tuple(name for name in self._asked.skipped if name != before)
        return self._ask(progress, before, None, skipped)

    def skip(self, at: str | None) -> Reply:
        """Pass a question over, where that can be done."""
        progress = self.progress()
        if at not in progress.form.by_name:
            return self.goes_on(None)
        assert at is not None  # noqa: S101 - it is a name
        if not guiding.may_skip(progress.form.by_name[at], progress.given, progress.carried):
            return self.hinted(Hint.NEEDED)
        self._asked = replace(self._asked, skipped=tuple(dict.fromkeys((*self._asked.skipped, at))))
        return self.goes_on(Reply("guide.skipped", {"label": progress.label(at)}) if at not in progress.given else None)

    def change(self, at: str) -> Reply:
        """Ask for a figure that is there already."""
        progress = self.progress()
        if not progress.form.by_name[at].is_asked:
            return self.hinted(Hint.COMPUTED, at)
        return self._ask(progress, at, None, tuple(name for name in self._asked.skipped if name != at))

    def file(self, seen: Mapping[str, Any] | None) -> Reply:
        """File what was shown."""
        progress = self.progress()
        if not progress.given:
            return self.goes_on(None)
        if not progress.checked.is_complete or (seen is not None and dict(seen) != progress.seen):
            return self.goes_on(None, changed=True)
        said = taking.file(self._context, self._due, Typed({}), file_open=True)
        if said.key == "return.spoils":  # his to change, or to leave
            self._leave_open(self._asked, seen=progress.seen)
            return said
        return self.filed(said)

    def filed(self, said: Reply) -> Reply:
        """It is filed. For a while a second yes, sent because the first answer was late, gets the same answer."""
        self._context.opens = Dialogue(KIND, {**self._which, "asked": Asked(None).plain(), "filed": True})
        return said

    def stopped(self) -> Reply:
        """It is left for another time."""
        return ended(self._context, guide_texts.stopped(self.progress()), self._which)

    def goes_on(self, above: Reply | None, *, changed: bool = False) -> Reply:
        """The next question without an answer; else what does not agree; else all figures."""
        progress, skipped = self.progress(), self._asked.skipped
        names = guiding.open_ones(progress.questions, progress.given, skipped)
        if changed and (names or progress.checked.problems):
            above = guide_texts.hint(progress, Hint.CHANGED)
        if names:
            return self._ask(progress, names[0], above, skipped)
        if progress.checked.problems:
            asked = [each.name for each in progress.questions]
            named = [problem.name for problem in progress.checked.problems if problem.name in asked]
            return self._ask(progress, (named or asked)[0], self._refused(progress.checked.problems), skipped)
        if not progress.given:
            return self._ask(progress, progress.questions[0].name, guide_texts.hint(progress, Hint.NOTHING), ())
        return self._shown(progress, above, changed=changed)

    def begun(self) -> Reply:
        """Begin, or take up what is written down."""
        return self.goes_on(guide_texts.begin(self.progress()))

    def again(self) -> Reply:
        """The question once more."""
        return self._again(self.progress(), None)

    def _refused(self, problems: Sequence[Problem]) -> Reply:
        """What does not agree; the line that would is not needed where the question follows."""
        faults = taking.refused(self._due, Typed({}), problems).lines
        return Reply("guide.refused", lines=tuple(line for line in faults if line.key.startswith("return.fault.")))

    def _again(self, progress: Progress, above: Reply | None, missed: int = 0) -> Reply:
        """The same question, or the same figures, once more; a short message does not show figures again that it has just shown."""
        if self._asked.name is not None:
            return self._ask(progress, self._asked.name, above, self._asked.skipped, missed)
        if guiding.open_ones(progress.questions, progress.given, self._asked.skipped) or not progress.given:
            return self.goes_on(above)
        shown = self._shown(progress, above, missed)
        if above is None or progress.in_chat:
            return shown
        if above.key == f"guide.hint.{Hint.CHOICE}":
            return above
        return replace(
            above, lines=(*above.lines, guide_texts.hint(progress, Hint.CHOICE, None, len(self._asked.listed)))
        )

    def _ask(
        self, progress: Progress, name: str, above: Reply | None, skipped: tuple[str, ...], missed: int = 0
    ) -> Reply:
        rest = [each for each in guiding.open_ones(progress.questions, progress.given, skipped) if each != name]
        self._leave_open(Asked(name, tuple(rest), skipped=skipped, missed=missed))
        lines = guide_texts.question(progress, name)
        choices = guide_texts.buttons(progress, name, skipped)
        if above is None:
            return replace(lines[0], lines=lines[1:], choices=choices)
        return replace(above, lines=(*above.lines, *lines), choices=choices)

    def _shown(self, progress: Progress, above: Reply | None, missed: int = 0, *, changed: bool = False) -> Reply:
        skipped = self._asked.skipped
        summary, listed = guide_texts.summary(progress, skipped, self._left, changed=changed)
        self._leave_open(Asked(None, (), listed, skipped, missed), seen=progress.seen)
        if above is None or not above.key.startswith(("guide.hint.", "guide.refused")):
            return summary  # it shows what was noted
        first = replace(summary, lines=(), choices=())
        return replace(above, lines=(*above.lines, first, *summary.lines), choices=summary.choices)

    def _left(self, said: Reply) -> int:
        """Units by which a message by SMS could be longer."""
        context = self._context
        return fitting.left(context.renderer, said, context.language, context.today, guide_texts.SEGMENTS)

    def _leave_open(self, asked: Asked, **more: Any) -> None:
        state = {**self._which, "asked": asked.plain(), **more}
        self._context.opens = Dialogue(KIND, state, hours=self._context.returns.settings.guided_hours)
