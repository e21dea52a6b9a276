"""Names as words to search by: one key for a word however it is spelt, in Bangla or in Latin letters.

``key`` writes down how a word sounds, in Latin letters for both scripts, and leaves out what people leave out or mix up: the
inherent vowel and long আ (``a`` and ``o`` in Banglish), হসন্ত, চন্দ্রবিন্দু, য-ফলা and ব-ফলা, the difference of শ ষ স, ন ণ ঞ, ই ঈ এ.
So মৎস্যজীবী, মৎসজীবি, matsyajibi and motshojibi are all ``mtsjibi``. A key begins as the key of the word's beginning does, so
that a range of keys is a prefix. ``bones`` leaves the other vowels out as well. Words whose bones differ by one letter, put in,
left out, changed or swapped, may be misspellings of each other: they have one of ``near`` in common.

``phonetics.sound`` keeps the scripts apart and most vowels; these keys are coarser: they gather candidates, and
``bot.domain.ranking`` judges them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from bot.domain.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_WORD: Final = 32
MOST_WORDS: Final = 8
"""What of a query is looked at: few names have more words than this that tell them from others."""

_LONGEST_QUERY: Final = 400
_CACHED: Final = 1 << 16

_BANGLA: Final = re.compile("[\u0980-\u09ff]")
_WORD: Final = re.compile(
    "[0-9]+|[a-z]+|[\u0981-\u0983\u0985-\u09b9\u09bc\u09be-\u09ce\u09d7\u09dc-\u09e3\u09f0\u09f1]+"
)
_ACCENTS: Final = re.compile("[\u0300-\u036f]+")
_POSSESSIVE: Final = re.compile(r"'(?:s\b)?")

_YYA: Final = "\u09af\u09bc"
# In order. য় is a glide, the i of Latin spellings, but after ও it is the w of ওয়া.
_BANGLA_PAIRS: Final = (
    ("ও" + _YYA, "ও"),
    ("ো" + _YYA, "ো"),
    (_YYA, "ি"),
    ("ড\u09bc", "র"),
    ("ঢ\u09bc", "র"),
)
_BANGLA_CLUSTERS: Final = (("ক্ষ", "ক"), ("ক্স", "ক"), ("জ্ঞ", "গ"), ("ঙ্", "ঙ"), ("্হ", ""))
_SILENT: Final = re.compile("(?<!র)্য|(?<![রমল])্ব")  # য-ফলা, ব-ফলা
_NG: Final = re.compile("[ঙং][গঘহ]?")
_BANGLA_LETTERS: Final = str.maketrans(
    {
        **dict(zip("কখগঘচছজঝয", "kkggccjjj", strict=True)),
        **dict(zip("টঠতথৎডঢদধ", "tttttdddd", strict=True)),
        **dict(zip("ঞণনপফবভমরল", "nnnpfbbmrl", strict=True)),
        **dict(zip("শষসহ", "sssh", strict=True)),
        **dict(zip("অআওাো", "aaaaa", strict=True)),
        **dict(zip("ইঈএঐিীেৈ", "iiiiiiii", strict=True)),
        **dict(zip("উঊঔুূৌ", "uuuuuu", strict=True)),
        **dict.fromkeys("ঋৃ", "ri"),
    }
)
_CH: Final = re.compile("c+h+|c+$")
_SOFT_C: Final = re.compile("c(?=[eiy])")
_SH: Final = re.compile("s+h+")
_ASPIRATED: Final = re.compile("(?<=[kgjtdbrlmn])h")
_LATIN_ALIKE: Final = str.maketrans("cqxzv", "kkkjb")
_U: Final = re.compile("[ao]w(?![aeiouy])|[ao]u|oo")
_SILENT_GLIDE: Final = re.compile("(?<=[b-df-hj-np-tv-z])(?:w|y(?=[aou]))")
_LATIN_LETTERS: Final = str.maketrans("eyow", "iiab")
_NOT_A_KEY: Final = re.compile("[^a-z0-9]+")
_SAME_TWICE: Final = re.compile(r"([a-z])\1+")
_WEAK_VOWEL: Final = re.compile("(?<!^)a")
_VOWELS: Final = re.compile("(?<!^)[aiu]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a name or of a query.

    Attributes:
        spelling: in its own script, in normal form.
        key: how it sounds, the same for both scripts.
    """

    spelling: str
    key: str


def words(text: str) -> tuple[Word, ...]:
    """The words of a name, in order, without those that every society's name has."""
    return tuple(word for token in text.split() for word in _telling(token))


def keys(names: Iterable[str | None]) -> frozenset[str]:
    """The keys of the words of a society's names: what it is found by."""
    return frozenset(word.key for name in names if name for token in name.split() for word in _telling(token))


def asked(query: str) -> tuple[Word, ...]:
    """The words to look for: each sound once, and no words for kinds of area where others are left."""
    found: dict[str, Word] = {}
    for word in words(query[:_LONGEST_QUERY]):
        found.setdefault(word.key, word)
    telling = [word for word in found.values() if word.key not in _AREAS]
    return tuple((telling or list(found.values()))[:MOST_WORDS])


@lru_cache(maxsize=_CACHED)
def _telling(token: str) -> tuple[Word, ...]:
    """The words in what stands between two spaces; nearly always known already, as names are made of the same few words."""
    found = (Word(spelling, key(spelling)) for spelling in spellings(token))
    return tuple(word for word in found if word.key and word.spelling not in _SMALL and word.key not in _EVERYWHERE)


def spellings(text: str) -> Iterator[str]:
    """The words of a text in normal form: runs of Bangla letters, of Latin letters without accents, or of digits."""
    text = normalise(text).casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text)))
    return (found[:LONGEST_WORD] for found in _WORD.findall(_POSSESSIVE.sub("", text)))


def key(spelling: str) -> str:
    """How a word sounds, in the letters that both scripts share."""
    if spelling.isdecimal():
        return spelling
    word = _of_bangla(spelling) if _BANGLA.search(spelling) else _of_latin(spelling)
    word = _SAME_TWICE.sub(r"\1", _NOT_A_KEY.sub("", word))
    return _SAME_TWICE.sub(r"\1", _WEAK_VOWEL.sub("", word))


def _of_bangla(word: str) -> str:
    for pair, letter in _BANGLA_PAIRS:
        word = word.replace(pair, letter)
    if "্" in word:
        for cluster, letter in _BANGLA_CLUSTERS:
            word = word.replace(cluster, letter)
        word = _SILENT.sub("", word)
    return _NG.sub("ন", word).translate(_BANGLA_LETTERS)


def _of_latin(word: str) -> str:
    """C is the sound of ch until the letter c has been read; the kh of Lakhipur is the ksh of Lakshmipur."""
    if "c" in word:
        word = _SOFT_C.sub("s", _CH.sub("C", word))
    if "h" in word:
        word = _ASPIRATED.sub("", _SH.sub("s", word).replace("ph", "f"))
    word = word.translate(_LATIN_ALIKE).replace("ks", "k").replace("ng", "n")
    word = _SILENT_GLIDE.sub("", _U.sub("u", word))
    return word.translate(_LATIN_LETTERS).replace("C", "c")


def beginnings(spelling: str) -> frozenset[str]:
    """How the keys of words begin that begin with ``spelling``: in Latin letters the last may be half of a sound (c, p, w, y)."""
    word = spelling.rstrip("্")
    made = {key(word)}
    if word[-1:] in _HALF_SOUNDS:
        made |= {key(f"{word}a"), key(f"{word}ha"), key(f"{word}i").rstrip("i")}
    return frozenset(begin for begin in made if begin)


_HALF_SOUNDS: Final = frozenset("cpwy")


@lru_cache(maxsize=_CACHED)
def bones(made: str) -> str:
    """What is left of a key without its vowels; the first one stands for every vowel."""
    first = "a" if made[:1] in {"i", "u"} else made[:1]
    return _SAME_TWICE.sub(r"\1", first + _VOWELS.sub("", made)[1:])


def near(bone: str) -> frozenset[tuple[int, str]]:
    """The bones, and the same with one letter taken out, each with how many were; of short ones nothing can be taken out."""
    if len(bone) < _SHORTEST_NEAR or bone.isdecimal():
        return frozenset({(0, bone)})
    return frozenset({(0, bone), *((1, bone[:at] + bone[at + 1 :]) for at in range(len(bone)))})


_SHORTEST_NEAR: Final = 3


def same_meaning(made: str) -> frozenset[str]:
    """The keys of the words that mean the same kind of society in the other language, or in another word."""
    return _MEANINGS.get(made, frozenset())


def _keys_of(*listed: str) -> frozenset[str]:
    return frozenset(key(spelling) for text in listed for spelling in spellings(text))


_SMALL: Final = frozenset(
    spelling
    for text in (
        "ও এবং এর এন্ড অ্যান্ড দি দ্য দা নং লি লিঃ লিমি কো কোং অপ রেজি সোসাইটি সোসাইটী সোসাইটির",
        "o and of the for no ltd ltd. co op coop coy reg society societies sosaiti sosaity socity",
    )
    for spelling in spellings(text)
)
_EVERYWHERE: Final = _keys_of(
    "সমবায় সমবায়ের সমিতি সমিতির সমিতিটি লিমিটেড অপারেটিভ কোঅপারেটিভ", "samity cooperative operative cooperatives limited"
)
_AREAS: Final = _keys_of("জেলা জেলার উপজেলা উপজেলার থানা থানার বিভাগ বিভাগের", "district dist division upazila thana")

_SAME: Final = (
    "মৎস্যজীবী মৎস্যচাষী মৎস্য জেলে fishermen fisherman fishers fishery fisheries",
    "কৃষি কৃষক চাষী agricultural agriculture farmers farmer",
    "মহিলা নারী women",
    "যুব যুবক youth youths",
    "দুগ্ধ দুধ milk dairy",
    "তাঁতী তাঁত weavers weaver handloom",
    "বহুমুখী multipurpose",
    "সঞ্চয় savings saving",
    "ঋণদান ঋণ credit loan",
    "পানি water",
    "ব্যবস্থাপনা management",
    "উৎপাদনকারী producers producer",
    "ব্যবসায়ী traders businessmen merchants",
    "শ্রমিক workers labour labourers",
    "কর্মচারী employees",
    "গৃহায়ণ আবাসন হাউজিং housing",
    "পরিবহন transport",
    "ভূমিহীন landless",
    "মুক্তিযোদ্ধা freedom fighters",
    "কুটির cottage",
    "শিল্প industries industrial industry",
    "কেন্দ্রীয় central",
    "ব্যাংক bank",
    "ইউনিয়ন union",
    "উন্নয়ন development",
    "কল্যাণ welfare",
    "আদিবাসী indigenous",
    "শিক্ষক teachers teacher",
    "রিকশা rickshaw",
    "আখচাষী sugarcane growers",
)


def _meanings() -> dict[str, frozenset[str]]:
    groups = [_keys_of(line) for line in _SAME]
    return {made: group - {made} for group in groups for made in group}


_MEANINGS: Final = _meanings()
