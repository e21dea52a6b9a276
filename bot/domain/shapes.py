"""What each command looks like when it is typed: its arguments, and how much of the line must be about it.

A command is added by declaring its shape here and its words in the catalogue; a new kind of argument also brings a reader.
``RESERVED`` names the commands whose words are kept although they cannot be run yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bot.domain import (
    freetext,
    happened,
    horizon,
    names,
    phones,
    posting,
    refs,
    reminder,
    seats,
    told_areas,
    told_figures,
    told_forms,
    told_periods,
    values,
)
from bot.domain.topics import worded
from bot.domain.vocabulary import COMMAND, CUE, FILLER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence, Set
    from typing import TypeAlias

    from bot.domain.found import Found, Scene
    from bot.domain.line import Line

    Reader: TypeAlias = Callable[[Line, Set[int], Scene], list[Found]]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command.

    Attributes:
        name: its name among the results.
        read: finds it in a line.
        keys: catalogue keys of the words that go with it, such as its labels.
        evidence: catalogue keys whose words point to the command by themselves.
        missing: the reason to ask with when it is not there; None when it may be left out.
        several: the reason to ask with when there are two different ones; None when the first one counts.
        after: the argument without which this one is not looked for.
        suggest_missing: values to suggest when it is missing.
        words: catalogue keys that end with a value and hold its words; they belong to the command's talk.
        label: catalogue key of the word that is written before it.
        mark: what ends the part of the line before it.
        written: how its value is written in a line; as it is without it.
        spoken: likewise where that takes several words, given how the figures of a return are called.
    """

    name: str
    read: Reader
    keys: frozenset[str] = frozenset()
    evidence: frozenset[str] = frozenset()
    missing: str | None = None
    several: str | None = None
    after: str | None = None
    suggest_missing: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    label: str | None = None
    mark: str = ""
    written: Callable[[Any], str] | None = None
    spoken: Callable[[Any, Callable[[str], str]], Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class CommandShape:
    """How a command is typed.

    Attributes:
        name: the command.
        arguments: its arguments, in the order in which they are read and written.
        whole: the whole message must be about it; a sentence that merely has its word in it is not.
        careful: its short words are not guessed from misspelt ones, because running it by mistake would do harm.
        implied: its first argument alone is enough to think of it, without its word.
        inflected: its words may carry an ending (``ইউসিওর তালিকা``) although the whole message must be about it.
        names_unasked: the reason to ask with when places are left over although no argument takes them.
        names_as: the argument that other names are taken for, when nothing else was given.
        numbers_unasked: numbers that no argument takes are passed over; otherwise they are asked about.
        changes: arguments that change something: not run with them when its word was only guessed from a misspelt one.
        writes: whatever its arguments, it writes or sends: it is not run from a misspelt word, against a negation or by a word
            about it alone, and asks rather than pass a word over.
        told: the command that answers a question about what this one writes.
        instead: the command that is meant when nothing but that command's own values were given.
        lacks: the reason to ask with when arguments that go together are not all there.
        reserved: it is recognised, but cannot be run yet.
        apart: it is read by itself (``bot.domain.sending``); in another line its word is a courtesy, or leaves it unknown.
        halts: beside another command its word says that this does not take place (``নির্বাচন বাতিল``).
        labelled: its values have labels that may be other commands' words: where its own word leads, it is meant.
    """

    name: str
    arguments: tuple[Argument, ...] = ()
    whole: bool = False
    careful: bool = False
    implied: bool = False
    inflected: bool = False
    names_unasked: str | None = None
    names_as: str | None = None
    numbers_unasked: bool = False
    changes: frozenset[str] = frozenset()
    writes: bool = False
    told: str | None = None
    instead: str | None = None
    lacks: Callable[[Mapping[str, Any]], str | None] | None = None
    reserved: bool = False
    apart: bool = False
    halts: bool = False
    labelled: bool = False
    inert: bool = field(init=False)
    head: str = field(init=False)
    cue: str = field(init=False)
    topic: str = field(init=False)
    explained: frozenset[str] = field(init=False)
    evidence: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        own = {COMMAND + self.name, CUE + self.name, FILLER + self.name, "filler"}
        keys = own.union(*(argument.keys | argument.words for argument in self.arguments))
        # Worked out once: a frozen dataclass has no other way to set them.
        object.__setattr__(self, "inert", self.reserved or self.apart)
        object.__setattr__(self, "head", COMMAND + self.name)
        object.__setattr__(self, "cue", CUE + self.name)
        object.__setattr__(self, "topic", FILLER + self.name)
        object.__setattr__(self, "explained", frozenset(keys))
        object.__setattr__(self, "evidence", frozenset().union(*(argument.evidence for argument in self.arguments)))


REG_NO = Argument(
    "reg_no",
    values.reg_nos,
    keys=frozenset({"label.reg_no", "label.number", "label.date", "year", "society"}),
    several="two_reg_nos",
)
DISTRICT = Argument(
    "district",
    names.districts,
    keys=frozenset({"label.district", "label.upazila", "label.division", "introduces", "introduced", "title"}),
    several="two_districts",
    after="reg_no",
)
LANG = Argument(
    "lang",
    names.languages,
    evidence=frozenset({"lang.bn", "lang.en"}),
    missing="missing_language",
    several="two_languages",
    suggest_missing=("bn", "en"),
)
CODE = Argument("code", values.codes, keys=frozenset({"label.code"}), missing="missing_code", several="two_codes")
TOPIC = Argument("topic", names.topics)

QUERY = Argument("query", freetext.queries, keys=frozenset({"society"}), missing="missing_query")
NAME = Argument("query", freetext.nothing)  # written only: what takes it is the decision, when nothing else will
DAYS = Argument("days", horizon.days, keys=horizon.KEYS, several="two_days")
VIEWS = {
    "topic.phones": "phones",
    "topic.societies": "societies",
    "topic.list": "societies",
    "topic.stale": "stale",
    "topic.pdf": "pdf",
    "topic.xlsx": "xlsx",
}
VIEW = Argument("topic", worded(VIEWS), words=frozenset(VIEWS))
CHANGE = Argument("topic", worded(posting.CHANGES), words=frozenset(posting.CHANGES), several="two_changes")
ROLE = Argument("role", worded(posting.ROLES), words=frozenset(posting.ROLES))
OFFICE = Argument("office", posting.offices, keys=posting.KEYS)
PERSON = Argument("text", posting.people, keys=posting.KEYS)
MSISDN = Argument("msisdn", phones.phones, keys=phones.KEYS, several="two_phones")
PRESIDENT, SECRETARY = (
    Argument(name, seats.holder(label), keys=frozenset({label, *seats.KEYS}), several="two_phones", label=label)
    for name, label in seats.SEATS.items()
)
WHERE = replace(DISTRICT, read=seats.districts)
NOBODY = Argument("seat", seats.unseated)
PAIRING_CODE = Argument("code", values.codes, keys=frozenset({"label.code"}), several="two_codes")
UNLINK = Argument("topic", worded({"topic.off": "off"}), words=frozenset({"topic.off"}))

EVENTS = ("election", "interim", "agm", "audit", "dividend")
EVENT_REG_NO = replace(REG_NO, read=happened.reg_nos)
EVENT_DISTRICT = Argument(
    "district",
    happened.districts,
    keys=frozenset({"label.district", "label.upazila", "label.division"}),
    several="two_districts",
    after="reg_no",
)
DATE = Argument("date", happened.days, keys=happened.KEYS, several="two_dates", written=happened.written)
REMIND_REG_NO = replace(REG_NO, read=reminder.before_text(reminder.reg_nos))
REMIND_DISTRICT = replace(EVENT_DISTRICT, read=reminder.before_text(reminder.districts))
REMIND_TOPIC = Argument(
    "topic",
    reminder.before_text(reminder.topics),
    keys=frozenset(reminder.TOPICS),
    several="two_topics",
    words=reminder.WORDS,
)
REMIND_TEXT = Argument("text", reminder.texts, mark=":")
REF = Argument("ref", refs.refs, keys=refs.KEYS, missing="missing_ref", several="two_refs")
ANY_REF = replace(REF, missing=None)
REASON = Argument("reason", refs.reasons)

FORM = Argument("form", told_forms.forms, several="two_forms")
PERIOD = Argument(
    "period",
    told_periods.periods,
    keys=told_periods.KEYS,
    several="two_periods",
    written=told_periods.written,
)
TOLD_PERIOD = replace(PERIOD, missing="missing_period")
FIGURES = Argument("values", told_figures.figures, spoken=told_figures.written)
CORRECTED_REF = replace(REF, read=refs.refs_beside_figures)
CHANGES = Argument("changes", told_figures.changes, spoken=told_figures.written)
BY = Argument("by", told_areas.by, keys=told_areas.BY_KEYS, several="unclear_words", words=frozenset(told_areas.BY))
ROLLED_OFFICE = Argument("office", told_areas.rolled_offices, keys=told_areas.OFFICE_KEYS, several="unclear_words")
DUE_OFFICE = replace(ROLLED_OFFICE, read=told_areas.asked_offices)
FILES = {"topic.pdf": "pdf", "topic.xlsx": "xlsx"}
FILE = Argument("topic", worded(FILES), words=frozenset(FILES))


def _lacks_changes(args: Mapping[str, Any]) -> str | None:
    return None if "changes" in args else "missing_changes"


SHAPES = (
    CommandShape("status", (REG_NO, DISTRICT, NAME), implied=True, names_unasked="which_society", names_as="query"),
    CommandShape("find", (QUERY,), whole=True, careful=True, instead="status"),
    CommandShape("calendar", (VIEW, DAYS), whole=True, inflected=True),
    CommandShape(
        "officer",
        (CHANGE, ROLE, OFFICE, MSISDN, PERSON),
        whole=True,
        inflected=True,
        changes=frozenset({"topic"}),
        lacks=posting.lacking,
    ),
    CommandShape(
        "contact",
        (PRESIDENT, SECRETARY, NOBODY, REG_NO, WHERE),
        whole=True,
        changes=frozenset(seats.SEATS),
    ),
    CommandShape("link", (UNLINK, MSISDN, PAIRING_CODE), whole=True, careful=True),
    *(
        CommandShape(
            name,
            (EVENT_REG_NO, EVENT_DISTRICT, DATE),
            whole=True,
            inflected=True,
            writes=True,
            told="status",
            lacks=happened.lacking,
        )
        for name in EVENTS
    ),
    CommandShape(
        "remind",
        (REMIND_REG_NO, REMIND_DISTRICT, REMIND_TOPIC, REMIND_TEXT),
        whole=True,
        writes=True,
        lacks=reminder.lacking,
    ),
    CommandShape("return", (FORM, TOLD_PERIOD, FIGURES), whole=True, inflected=True, writes=True, labelled=True),
    CommandShape("rollup", (FORM, PERIOD, BY, ROLLED_OFFICE, FILE), whole=True, inflected=True),
    CommandShape("due", (FORM, PERIOD, DUE_OFFICE), whole=True, inflected=True),
    CommandShape(
        "correct",
        (CORRECTED_REF, CHANGES),
        whole=True,
        inflected=True,
        writes=True,
        labelled=True,
        lacks=_lacks_changes,
    ),
    CommandShape("undo", (ANY_REF,), whole=True, careful=True, writes=True),
    CommandShape("approve", (REF,), whole=True, careful=True, writes=True),
    CommandShape("reject", (REF, REASON), whole=True, careful=True, writes=True),
    CommandShape("send", apart=True),
    *(CommandShape(name, (ANY_REF,), whole=True, writes=True, halts=True) for name in ("cancel", "pause", "resume")),
    CommandShape("answers", (ANY_REF,), whole=True),
    CommandShape("help", (TOPIC,), numbers_unasked=True),
    CommandShape("language", (LANG,), whole=True),
    CommandShape("stop", whole=True, careful=True),
    CommandShape("start", whole=True, careful=True),
    CommandShape("yes", (CODE,), whole=True, careful=True, implied=True),
    CommandShape("no", whole=True, careful=True),
)

RESERVED = tuple(CommandShape(name, reserved=True) for name in (*("news", "product", "doc", "nominate", "track"),))
