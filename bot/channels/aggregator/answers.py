"""What the provider's answer to a submission means."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.channel import Taken
from bot.channels.aggregator.paths import said
from bot.channels.aggregator.profile import Means
from bot.domain.errors import Busy, OutcomeUnknown, Refused, Throttled, Unreachable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.channels.aggregator.profile import AnswerTable, Conditions
    from bot.domain.errors import SubmitError

_MOVED = frozenset({301, 307, 308})
LONGEST_ID = 100
_SHORTEST_WAIT, _LONGEST_WAIT = 1.0, 3600.0


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back."""

    status: int
    body: str
    retry_after: str | None = None


def judge(answered: Answered, answers: Sequence[AnswerTable]) -> Taken:
    """What an answer means, by the first table that fits it.

    Raises:
        SubmitError: anything but that the message was taken. Its sentence is made of the profile's words only, never of what came
            back, in which a number or a key may stand.
    """
    document = _document(answered.body)
    for answer in answers:
        if _fits(answer, answered, document):
            if answer.means is Means.TAKEN:
                return Taken(_id(answer, answered, document))
            raise _error(answer, answered, document)
    if answered.status in _MOVED:
        message = f"the provider's address has moved: {answered.status}; correct it"
        raise Unreachable(message)
    message = f"the provider answered {answered.status} and something that its profile does not know"
    raise OutcomeUnknown(message)


def _error(answer: AnswerTable, answered: Answered, document: Any) -> SubmitError:
    told = _told(answer, answered, document)
    match answer.means:
        case Means.THROTTLED:
            return Throttled(told, _wait(answer, answered))
        case Means.BUSY:
            return Busy(told, _wait(answer, answered))
        case Means.REFUSED:
            return Refused(told)
        case Means.UNUSABLE:
            return Unreachable(told)
        case _:
            return OutcomeUnknown(told)


def fits(conditions: Conditions, document: Any, address: Mapping[str, str] | None = None) -> bool:
    """Whether a document says, at every place, one of the words."""
    return all(said(path.of(document, address)) in words for path, words in conditions.items())


def _document(body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _fits(answer: AnswerTable, answered: Answered, document: Any) -> bool:
    if answer.status and answered.status not in answer.status:
        return False
    if answer.text is not None and not answer.text.search(answered.body):
        return False
    return fits(answer.where, document)


def _told(answer: AnswerTable, answered: Answered, document: Any) -> str:
    """The profile's reason, with what was compared: that is one of the profile's own words too."""
    codes = [str(answered.status)] if answer.status else []
    codes += [f"{path.written} {said(path.of(document))}" for path in answer.where]
    told = answer.reason or f"the provider's answer means {answer.means}"
    return f"{told} ({', '.join(codes)})" if codes else told


def _id(answer: AnswerTable, answered: Answered, document: Any) -> str | None:
    found: str | None = None
    if answer.id is not None:
        found = said(answer.id.of(document))
    elif answer.text is not None and "id" in answer.text.groupindex:
        match = answer.text.search(answered.body)
        found = match["id"] if match else None
    return found if found and len(found) <= LONGEST_ID and found.isprintable() else None


def _wait(answer: AnswerTable, answered: Answered) -> float:
    """Seconds that the provider wants us to wait, at least one; as many as the profile says where it does not tell in seconds."""
    told = answered.retry_after or ""
    if not (told.isascii() and told.isdigit()):
        return float(answer.retry_after)
    return min(max(float(told), _SHORTEST_WAIT), _LONGEST_WAIT)
