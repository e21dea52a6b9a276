"""Reading words as values: the district beside a registration number, a language, a topic of help."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.domain.line import Kind
from bot.domain.values import Found
from bot.domain.vocabulary import COMMAND, How

if TYPE_CHECKING:
    from collections.abc import Set

    from bot.domain.line import Item, Line
    from bot.domain.values import Scene

_MOST_WORDS = 3
_INSIDE_NAME = frozenset("-.'")
_GENITIVE = re.compile("(?:ের|(?<=[\u09be-\u09cc])র|er|(?<=[aeiou])r)$")

LANGUAGES = {"lang.bn": "bn", "lang.en": "en"}


def districts(line: Line, free: Set[int], scene: Scene) -> list[Found]:
    """The name that is left over, as typed: the district. A society's or an upazila's name beside it is left out."""
    groups = _groups(line, free, scene)
    if not groups:
        return []
    uses = frozenset(at for group in groups for at in group)
    labelled = [group for group in groups if _label_beside(line, group, "label.district")]
    known = [group for group in groups if _has_place(line, group)]
    if labelled:
        return [Found(_as_named(line, labelled[0]), uses)]
    if known:
        return [Found(_place_in(line, known[0]), uses)]
    free_standing = [
        group
        for group in groups
        if not _label_beside(line, group, "label.upazila") and not _followed_by(line, group, "society")
    ]
    if not free_standing:
        return [Found(None, uses)]
    if len(free_standing) > 1 or sum(_words(line, group) for group in free_standing) > _MOST_WORDS:
        return [Found(None, uses, problem="unclear_words")]
    # A name that nothing vouches for is a district only as far as the line has no other way to be meant.
    return [Found(line.span(free_standing[0][0], free_standing[0][-1]), uses, sure=False)]


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
    """The command that help is asked about: the first one named besides help itself."""
    for at in sorted(free):
        item = line.items[at]
        if item.kind is not Kind.WORD or item.keys & (scene.explained | {"negation", "filler"}):
            continue
        heads = sorted(key.removeprefix(COMMAND) for key in item.keys if key.startswith(COMMAND))
        names = heads or sorted(item.commands)
        if names:
            others = frozenset(index for index in free if line.items[index].commands)
            return [Found(names[0], others | {at})]
    return []


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
    return not item.keys or ("place" in item.keys and not item.keys & scene.explained)


def _words(line: Line, group: list[int]) -> int:
    return sum(line.items[at].words for at in group)


def _has_place(line: Line, group: list[int]) -> bool:
    return any("place" in line.items[at].keys for at in group)


def _place_in(line: Line, group: list[int]) -> str:
    """The whole name when it is short; of a long one the part that is known as a place."""
    if _words(line, group) <= _MOST_WORDS:
        return line.span(group[0], group[-1])
    places = [at for at in group if "place" in line.items[at].keys]
    return line.span(places[0], places[0])


def _as_named(line: Line, group: list[int]) -> str:
    """A name with its label: ``রংপুর জেলার`` and ``নীলফামারীর জেলা`` give the bare name."""
    name = line.span(group[0], group[-1])
    if len(group) == 1 and line.items[group[0]].how is How.STEM and _followed_by(line, group, "label.district"):
        return _GENITIVE.sub("", name)
    return name


def _followed_by(line: Line, group: list[int], key: str) -> bool:
    return key in line.keys_at(line.after(group[-1]))


def _label_beside(line: Line, group: list[int], key: str) -> bool:
    """Whether a label belongs to a name: it follows it, or stands before it and follows no other name."""
    if _followed_by(line, group, key):
        return True
    before = line.before(group[0])
    if before is None or key not in line.keys_at(before):
        return False
    owner = line.before(before)
    return owner is None or line.items[owner].kind is Kind.NUMBER or bool(line.keys_at(owner) - {"place"})


def _word_after_head(line: Line, free: Set[int], scene: Scene) -> list[int]:
    """The unknown word right after the command's own word, if nothing but it follows."""
    heads = [at for at, item in enumerate(line.items) if f"{COMMAND}{scene.command}" in item.keys]
    unknown = [at for at in sorted(free) if not line.items[at].keys and line.items[at].kind is Kind.WORD]
    if len(heads) == 1 and len(unknown) == 1 and line.before(unknown[0]) == heads[0]:
        return unknown
    return []
