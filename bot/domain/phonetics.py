"""How a word sounds, written so that the usual ways of misspelling it come out the same.

Bangla spelling has letters that are spoken alike (হ্রস্ব and দীর্ঘ vowels, শ ষ স, ন ণ, য জ, ড় র) and marks that are often left out
(হসন্ত, চন্দ্রবিন্দু, য-ফলা); Bangla in Latin letters has no spelling at all (obostha, abosta, awastha). ``sound`` is a key for
comparing, not something to show. Bangla and Latin letters keep separate keys.
"""

from __future__ import annotations

import re

_BANGLA = re.compile("[\u0980-\u09ff]")
_NOT_SPOKEN = re.compile("[^a-z\u0980-\u09ff]+")
_SAME_TWICE = re.compile(r"(.)\1+")
_JA_PHALA = re.compile("্য(?!\u09bc)")  # a joined য lengthens the consonant and is often dropped

_BANGLA_ALIKE = str.maketrans(
    {
        **dict(zip("ঈঊীূৈৌ", "ইউিুেো", strict=True)),
        **dict(zip("শষণযখঘঙছঝঠঢথধফভ", "সসনজকগংচজটডতদপব", strict=True)),
        **dict.fromkeys("ড়ঢ়", "র"),
        "ৎ": "ত",
        "ঁ": None,
        "ঃ": None,
        "্": None,
        "়": None,
    }
)
_WITH_NUKTA = (("\u09af\u09bc", "\u09df"), ("\u09a1\u09bc", "র"), ("\u09a2\u09bc", "র"))

# Longer spellings first. ``y`` and ``e`` sound like ``i`` in Banglish, ``o`` like ``a``.
_LATIN_ALIKE = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        ("chh|cch", "c"),
        ("sh|sch", "s"),
        ("([bdgkjt])h", r"\1"),
        ("ph", "f"),
        ("ck", "k"),
        ("x", "ks"),
        ("oo", "u"),
        ("[vw]", "b"),
        ("[eiy]+", "i"),
        ("[ao]+", "a"),
    )
)
_LATIN_LETTERS = str.maketrans("zq", "jk")


def sound(word: str) -> str:
    """The key under which words that sound alike meet."""
    word = _NOT_SPOKEN.sub("", word.lower())
    if _BANGLA.search(word):
        for pair, letter in _WITH_NUKTA:
            word = word.replace(pair, letter)
        word = _JA_PHALA.sub("", word.replace("স্হ", "স্থ")).translate(_BANGLA_ALIKE)
    else:
        word = word.translate(_LATIN_LETTERS)
        for pattern, plain in _LATIN_ALIKE:
            word = pattern.sub(plain, word)
    return _SAME_TWICE.sub(r"\1", word)
