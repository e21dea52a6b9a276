"""Finding societies by name: the reading side of ``bot.store.search_index``, for a read-only connection.

A search takes these steps, each a statement or two whatever the size of the registry:

1. The words asked for become words of the index: the same key, another word for the same thing, a longer word that begins so, other
   vowels, two words that are written as one. Those that are names of places become offices as well.
2. The rarest word leads: the societies that have it, or lie in the place, are read with all their words and scored in memory. A
   word that thousands have is read in the sender's own offices first, then in his district and division, then together with
   the next rarest word.
3. Where nothing answers well, the words that differ by one letter are taken in, and other words lead.
4. The names of the best are read, so that the exact name stands first.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.domain import ranking
from bot.domain.ranking import SURE, Match, Term, clear
from bot.domain.search import Word, asked, key, near, same_meaning
from bot.store import search_statements as ask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.store.query import Query, Tx

__all__ = ["Match", "clear", "search"]

MANY = 1500
"""More societies than this are not read for one word; the nearest of them are."""

_RARE = 20  # societies; a word that fewer have may be another's misspelling
_LEADS = 3
_SYNONYM = 0.95
_TOGETHER = 0.97  # two words of the text that are one in the name
_HALF = 2  # letters of a key; less is no word
_FEW = 8  # words; each is looked up for every society of the other
_LOOK_UPS = 1200  # of the other word for one word's societies, about a microsecond each
_TIERS = 3  # upazila, district, division


def search(tx: Tx, query: str, near: Sequence[str], most: int = 50) -> list[Match]:
    """The societies that a text may mean, in the order to show them in.

    Args:
        tx: a transaction, which may be read-only.
        query: words of a name or of a place, as typed, in either script; any text at all.
        near: the lineages of the sender's posts; societies near to them come before others that answer as well.
        most: how many at most.
    """
    words = asked(query)
    if not words:
        return []
    looking = _Search(tx, words, near)
    looking.understand()
    looking.gather(leads=1, enough=most)
    if looking.best < SURE:
        looking.forgive()
        looking.gather(leads=_LEADS, enough=most)
    return looking.ordered(most)


class _Search:
    """One search: what its words may mean, and the societies read so far."""

    def __init__(self, tx: Tx, words: Sequence[Word], near: Sequence[str]) -> None:
        self._tx = tx
        self._terms = [Term(word) for word in words]
        self._near = _Near(tx, near)
        self._led: Term | None = None  # whose nearest societies were read
        self._scale = ranking.Scale(())
        self._read: dict[int, tuple[int, list[int]]] = {}
        self._scores: dict[int, float] = {}

    @property
    def best(self) -> float:
        """The best score so far."""
        return max(self._scores.values(), default=0.0)

    def understand(self) -> None:
        """Find the words of the index, and the places, that surely are meant."""
        meant = list(_meant(self._terms))
        known = {row[1]: row for row in self._tx.all(ask.OF_KEYS, keys=list({made for made, _, _ in meant}))}
        for made, alike, term in meant:
            if made in known:
                term.learn(known[made][0], alike, known[made][2])
                if alike == _SYNONYM:
                    term.translated.add(known[made][0])
        for term in self._terms:
            if len(term.word.key) > 1 or len(self._terms) == 1:
                for begin in term.begins:
                    query = ask.BEGUN if len(begin) > 1 else ask.COMMON_BEGUN
                    self._learn(term, self._tx.all(query, begin=begin, end=begin + "~"), SURE)
        self._learn_like(self._terms, 0, SURE)
        self._find_places(SURE)

    def forgive(self) -> None:
        """Take in words that differ by a letter from those not known, or rare, and part those written as one."""
        unsure = [term for term in self._terms if not term.sure() or term.reach <= _RARE]
        self._part(unsure)
        self._learn_like([term for term in unsure if term in self._terms], 1, 0.0)
        self._find_places(0.0)

    def gather(self, leads: int, enough: int) -> None:
        """Read the societies that the rarest words lead to, and score them."""
        self._scale = ranking.Scale(self._terms)
        self._scores = {society: self._scale.score(words, office) for society, (office, words) in self._read.items()}
        able = sorted((term for term in self._terms if term.ids or term.places), key=lambda term: term.reach)
        for number, lead in enumerate(able[:leads]):
            second = able[number + 1] if number + 1 < len(able) else None
            if second is not None:
                self._in_places(lead, second)
            if lead.reach > MANY:
                if number == 0 and lead is not self._led:
                    self._led = lead
                    self._nearest(lead, second, enough)
                continue
            if second is not None and _is_short(second):
                self._take(ask.OF_BOTH, **_pair(lead, second), most=MANY)
            if self.best < SURE or second is None:
                self._take(ask.OF_WORDS, words=list(lead.ids), most=MANY)
                self._take(ask.OF_OFFICES, offices=list(lead.places), most=MANY)
            if self.best >= SURE:
                return

    def ordered(self, most: int) -> list[Match]:
        """The matches in order, those whose names are written in full before their likes."""
        close = {society: self._near.closeness(office) for society, (office, _) in self._read.items()}
        first = ranking.first_by_rank(
            ((score, close[society], society) for society, score in self._scores.items()), most
        )
        names = {row[0]: row[1:] for row in self._tx.all(ask.NAMES, ids=[society for _, _, society in first])}
        sheet = ranking.Writing([term.word for term in self._terms])
        return ranking.in_order(
            Match(society, score * (0.9 + 0.1 * written), closeness, written)
            for score, closeness, society in first
            for written in (sheet.share(names.get(society, ())),)
        )

    def _learn(self, term: Term, rows: Iterable[Sequence[Any]], least: float) -> None:
        for word_id, made, count, *_ in rows:
            term.learn(word_id, ranking.alike(term, made, least), count)

    def _learn_like(self, wanted: Sequence[Term], taken_out: int, least: float) -> None:
        """Learn the words whose bones are a term's, or near to them."""
        terms: dict[str, list[Term]] = {}
        for term in wanted:
            for out, bone in near(term.bones):
                if out <= taken_out:
                    terms.setdefault(bone, []).append(term)
        for *row, bone in self._tx.all(ask.OF_BONES, bones=list(terms), taken_out=taken_out):
            for term in terms[bone]:
                self._learn(term, [row], least)

    def _part(self, terms: Sequence[Term]) -> None:
        """Two words written as one become two again, where both are known."""
        halves = {
            term.word.key: [
                (term.word.key[:at], term.word.key[at:]) for at in range(_HALF, len(term.word.key) - _HALF + 1)
            ]
            for term in terms
            if not term.sure() and not term.word.key.isdecimal()
        }
        keys = {key for pairs in halves.values() for pair in pairs for key in pair}
        known = {row[1]: row for row in self._tx.all(ask.OF_KEYS, keys=list(keys))} if keys else {}
        for term in terms:
            pairs = [pair for pair in halves.get(term.word.key, ()) if pair[0] in known and pair[1] in known]
            if pairs:
                pair = max(pairs, key=lambda pair: min(known[pair[0]][2], known[pair[1]][2]))
                self._terms.remove(term)
                for key in pair:
                    half = Term(Word(key, key))
                    half.learn(known[key][0], _TOGETHER, known[key][2])
                    self._terms.append(half)

    def _find_places(self, least: float) -> None:
        words = {word for term in self._terms for word in term.sure(least)}
        if not words:
            return
        for word, office in self._tx.all(ask.PLACES, words=list(words)):
            for term in self._terms:
                alike = term.ids.get(word, 0.0)
                if alike >= max(least, term.places.get(office, 0.0)) and alike and word not in term.translated:
                    term.places[office] = alike

    def _in_places(self, lead: Term, second: Term) -> None:
        """The societies of one word in the places that the other names."""
        for one, place in ((lead, second), (second, lead)):
            if one.ids and place.places:
                self._take(ask.OF_WORDS_IN, words=list(one.ids), offices=list(place.places), most=MANY)

    def _nearest(self, lead: Term, second: Term | None, enough: int) -> None:
        """Some of the societies of a word that very many have: the sender's own first."""
        pair = _pair(lead, second) if second is not None and _is_short(second) else None
        for there in self._near.tiers():
            if pair:
                self._take(ask.OF_BOTH_IN, **pair, offices=there, most=MANY)
            else:
                self._take(ask.OF_WORDS_IN, words=list(lead.ids), offices=there, most=MANY)
            if sum(score >= SURE for score in self._scores.values()) >= enough:
                return
        if pair:
            self._take(ask.OF_BOTH, **pair, most=enough)
        else:
            self._take(ask.OF_WORDS, words=lead.sure(_SYNONYM) or list(lead.ids), most=enough)
            self._take(ask.OF_OFFICES, offices=list(lead.places), most=enough)

    def _take(self, query: Query[Any], **values: Any) -> None:
        if not all(values.values()):
            return
        rows = [row for row in self._tx.all(query, **values) if row[0] not in self._read]
        lists = json.loads(
            f"[{','.join(row[2] for row in rows)}]"
        )  # all at once: one by one costs more than the scoring
        for (society, office, _), words in zip(rows, lists, strict=True):
            self._read[society] = (office, words)
            self._scores[society] = self._scale.score(words, office)


class _Near:
    """Which offices are near to the sender's posts."""

    def __init__(self, tx: Tx, posts: Iterable[str]) -> None:
        self._closeness: dict[int, int] = {}
        for post in dict.fromkeys(posts):
            codes = post.strip("/").split("/")
            if len(codes) > 1:
                self._learn(tx, codes)

    def _learn(self, tx: Tx, codes: Sequence[str]) -> None:
        wholes = ["/".join(codes[: level + 1]) + "/" for level in range(1, min(len(codes), _TIERS + 1))]
        for office, lineage in tx.all(ask.UNDER, lineage=wholes[0], lineage_end=wholes[0][:-1] + "0"):
            level = sum(lineage.startswith(whole) for whole in wholes)
            self._closeness[office] = max(level, self._closeness.get(office, 0))

    def closeness(self, office_id: int) -> int:
        """How many levels of the tree an office shares with the nearest post."""
        return self._closeness.get(office_id, 0)

    def tiers(self) -> Iterator[list[int]]:
        """The offices of the sender's upazila, then the others of his district, then of his division."""
        for level in range(_TIERS, 0, -1):
            there = [office for office, own in self._closeness.items() if own == level]
            if there:
                yield there


def _is_short(term: Term) -> bool:
    """Whether it means so few words that each may be looked up for every society of another."""
    return 0 < len(term.sure() or term.ids) <= _FEW


def _pair(lead: Term, second: Term) -> dict[str, Any]:
    others = second.sure() or list(second.ids)
    return {"words": lead.sure() or list(lead.ids), "others": others, "scanned": _LOOK_UPS // len(others)}


def _meant(terms: Sequence[Term]) -> Iterator[tuple[str, float, Term]]:
    """The keys that words may stand for as they are: their own, those of the same meaning, two as one."""
    for term, after in zip(terms, (*terms[1:], None), strict=True):
        yield term.word.key, 1.0, term
        for other in same_meaning(term.word.key):
            yield other, _SYNONYM, term
        if after is not None:
            joined = key(term.word.spelling + after.word.spelling)
            yield joined, _TOGETHER, term
            yield joined, _TOGETHER, after
