"""Reading words as values: the district beside a registration number, a language, a topic of help."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.domain.found import Found
from bot.domain.line import Kind
from bot.domain.phonetics import sound
from bot.domain.vocabulary import COMMAND, FILLER, How

if TYPE_CHECKING:
    from collections.abc import Set

    from bot.domain.found import Scene
    from bot.domain.line import Item, Line

_MOST_WORDS = 3
_INSIDE_NAME = frozenset("-.'")
_GENITIVE = re.compile("(?:ের|(?<=[\u09be-\u09cc])র|er|(?<=[aeiou])r)$")

NAMES = frozenset({"place", "place.centre"})
"""Keys of the words that are known but are names."""

DISTRICT_LABEL = "label.district"
_PLACE_LABELS = (DISTRICT_LABEL, "label.upazila", "label.division")
_ALL_PLACE_LABELS = frozenset(_PLACE_LABELS)

LANGUAGES = {"lang.bn": "bn", "lang.en": "en"}


def districts(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The name that is left over, as typed: the district. The name of a society, an upazila or a person beside it is left out."""
    groups = _groups(line, free, scene)
    if not groups:
        return []
    uses = frozenset(at for group in groups for at in group)
    labels = _labels(line, groups)
    # Of ``নীলফামারী ডিমলা উপজেলা`` the label is the last word's.
    own = [
        group
        for group in groups
        if labels.get(group[0], DISTRICT_LABEL) == DISTRICT_LABEL or (len(group) > 1 and _has_place(line, group))
    ]
    named = [group for group in own if labels.get(group[0]) == DISTRICT_LABEL]
    if named:
        return [Found(_as_named(line, named[0]), uses)]
    places = _places(line, own)
    if places:
        return [Found(place, uses) for place in places]
    free_standing = [
        group for group in own if not _followed_by(line, group, "society") and not _is_introduced(line, group)
    ]
    if not free_standing:
        return [Found(None, uses)]
    if len(free_standing) > 1 or sum(_words(line, group) for group in free_standing) > _MOST_WORDS:
        return [Found(None, uses, problem="unclear_words")]
    # A name that nothing vouches for is a district only as far as the line has no other way to be meant.
    return [Found(line.span(free_standing[0][0], free_standing[0][-1]), uses, sure=False)]


def is_labelled(line: Line, at: int) -> bool:
    """Whether the word for a district stands right before or behind a word."""
    return DISTRICT_LABEL in line.keys_at(line.before(at)) | line.keys_at(line.after(at))


def introductions(line: Line, free: Set[int], scene: Scene) -> frozenset[int]:
    """Where the sender says who he is and where he writes from: names that are not what he asks about."""
    return frozenset(
        at
        for group in _groups(line, free, scene)
        if _is_introduced(line, group) and not _followed_by(line, group, "society")
        for at in group
    )


def languages(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The languages that are named; one that the gateway does not have is a problem, with those that it has as repairs."""
    found: list[Found] = []
    for at in sorted(free):
        item = line.items[at]
        for key, value in LANGUAGES.items():
            if key in item.keys:
                found.append(Found(value, frozenset({at})))
    if found:
        return found
    strange = [at for at in sorted(free) if "lang.other" in line.items[at].keys] or _word_after_head(line, free, scene)
    if strange:
        return [Found(None, frozenset(strange), problem="unsupported_language", repairs=("bn", "en"))]
    return []


def topics(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The command that help is asked about: the first one named besides help itself, with what is said about it."""
    for at in sorted(free):
        item = line.items[at]
        if item.kind is not Kind.WORD or item.keys & (scene.explained | {"negation", "filler"}):
            continue
        if name := _command_of(item):
            about = frozenset({FILLER + name, "society"})
            others = {index for index in free if line.items[index].commands or _is_about(line.items[index], about)}
            return [Found(name, frozenset(others | {at}))]
    # ``help no``, ``help find``: a word that is otherwise a mere filler, alone beside the word for help.
    words = [at for at in sorted(free) if line.items[at].kind is Kind.WORD]
    topic = [at for at in words if f"{COMMAND}{scene.command}" not in line.items[at].keys]
    if len(topic) == 1 and len(words) == 2 and "filler" not in line.items[topic[0]].keys:  # noqa: PLR2004 - the two of them
        name = _command_of(line.items[topic[0]], FILLER + scene.command)
        return [Found(name, frozenset(topic))] if name else []
    return []


def _is_about(item: Item, about: frozenset[str]) -> bool:
    return bool(item.keys & about) or any(key.startswith("topic.") for key in item.keys)


def _command_of(item: Item, instead: str | None = None) -> str | None:
    """The command that a word names, or else points to; only a command's own word counts where it may be another instead."""
    heads = sorted(key.removeprefix(COMMAND) for key in item.keys if key.startswith(COMMAND))
    return next(iter(heads or (() if instead in item.keys else sorted(item.commands))), None)


def _groups(line: Line, free: Set[int], scene: Scene) -> list[list[int]]:
    """Where names stand: runs of words that are unknown or known as places."""
    groups: list[list[int]] = []
    for at in sorted(free):
        item = line.items[at]
        if item.kind is not Kind.WORD or not _may_be_name(item, scene):
            continue
        between = line.items[groups[-1][-1] + 1 : at] if groups else ()
        if groups and all(mark.kind is Kind.MARK and mark.text in _INSIDE_NAME for mark in between):
            groups[-1].append(at)
        else:
            groups.append([at])
    return groups


def _may_be_name(item: Item, scene: Scene) -> bool:
    return not item.keys or (bool(item.keys & NAMES) and not item.keys & scene.explained)


def _words(line: Line, group: list[int]) -> int:
    return sum(line.items[at].words for at in group)


def _places(line: Line, groups: list[list[int]]) -> list[str]:
    """The different districts among the names, each as typed; one that is spelt nearly so where none is spelt well."""
    known = [(group, at) for group in groups for at in group if "place" in line.items[at].keys]
    known = [(group, at) for group, at in known if line.items[at].how is not How.NEAR] or known
    while len(known) > 1 and "division" in line.items[known[-1][1]].keys:
        known.pop()  # an address ends with its division: ``নীলফামারী, রংপুর``
    found = {sound(line.items[at].text): line.span(at, _with_centre(line, group, at)) for group, at in known}
    return list(found.values())


def _with_centre(line: Line, group: list[int], at: int) -> int:
    """Where a district's name ends: ``সিলেট সদর`` is one name."""
    return at + 1 if at + 1 in group and "place.centre" in line.items[at + 1].keys else at


def _as_named(line: Line, group: list[int]) -> str:
    """A name with its label: ``রংপুর জেলার`` and ``নীলফামারীর জেলা`` give the bare name."""
    places = _places(line, [group])
    name = places[-1] if places else line.span(group[0], group[-1])
    if len(group) == 1 and line.items[group[0]].how is How.STEM and _followed_by(line, group, DISTRICT_LABEL):
        return _GENITIVE.sub("", name)
    return name


def _followed_by(line: Line, group: list[int], key: str) -> bool:
    return key in line.keys_at(line.after(group[-1]))


def _labels(line: Line, groups: list[list[int]]) -> dict[int, str]:
    """Which label each name has, by where the name starts. A label follows its name or stands before it, and has only one."""
    starts = {group[0]: group for group in groups}
    ends = {group[-1]: group for group in groups}
    labels: dict[int, str] = {}
    for at, item in enumerate(line.items):
        key = next((label for label in _PLACE_LABELS if label in item.keys), None)
        if key is None:
            continue
        before, after = ends.get(_or_none(line.before(at))), starts.get(_or_none(line.after(at)))
        if before is not None and before[0] in labels:
            before = None
        chosen = after if before is None or (after is not None and _leans_on(line, at, before, after, key)) else before
        if chosen is not None:
            labels[chosen[0]] = key
    return labels


def _or_none(at: int | None) -> int:
    return -1 if at is None else at


def _leans_on(line: Line, at: int, before: list[int], after: list[int], key: str) -> bool:
    """Whether a label between two names belongs to the one after it: only that one is a district, or the marks say so."""
    known_before, known_after = _has_place(line, before), _has_place(line, after)
    if known_before is not known_after:
        return known_after is (key == DISTRICT_LABEL)
    if at + 1 not in after and line.touching(at):
        return True  # ``জেলা: নীলফামারী``
    return at - 1 not in before and at + 1 in after


def _has_place(line: Line, group: list[int]) -> bool:
    return any("place" in line.items[at].keys for at in group)


def _is_introduced(line: Line, group: list[int]) -> bool:
    """Whether a name is told to be a person's (``মোঃ রহিম, সভাপতি``) or where he writes from (``ডিমলা থেকে বলছি``)."""
    before, after = line.before(group[0]), line.after(group[-1])
    if "introduces" in line.keys_at(before) or _is_titled(line, before, group[0]):
        return True
    while after is not None and line.keys_at(after) & _ALL_PLACE_LABELS:
        after = line.after(after)
    if "introduced" in line.keys_at(after):
        return True
    if after is None or "title" not in line.keys_at(after):
        return False
    following = line.items[after + 1] if after + 1 < len(line.items) else None  # the title may be the next name's
    return following is None or following.kind is not Kind.WORD or bool(following.keys)


def _is_titled(line: Line, before: int | None, at: int) -> bool:
    """Whether a title stands right before a name: ``সভাপতি রহিম``, ``President: Rahim``."""
    if before is None or "title" not in line.keys_at(before):
        return False
    return line.text[line.items[before].end : line.items[at].start].strip() in {"", ":"}


def _word_after_head(line: Line, free: Set[int], scene: Scene) -> list[int]:
    """The unknown word right after the command's own word, if nothing but it follows."""
    heads = [at for at, item in enumerate(line.items) if f"{COMMAND}{scene.command}" in item.keys]
    unknown = [at for at in sorted(free) if not line.items[at].keys and line.items[at].kind is Kind.WORD]
    if len(heads) == 1 and len(unknown) == 1 and line.before(unknown[0]) == heads[0]:
        return unknown
    return []
