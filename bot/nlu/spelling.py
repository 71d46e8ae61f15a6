"""Repair of misspelt words, so that no English word is ever turned into another one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import lru_cache

from rapidfuzz.distance import OSA
from spellchecker import SpellChecker

from bot.nlu.tokens import Token, tokenize

SHORTEST = 5
LONG = 8


class Speller:
    """Rewrites known short forms, and repairs words that neither English nor we know.

    A word is repaired when it is no English word, has at least five letters, and exactly
    one word of our vocabulary with the same first letter lies within one edit (two from
    eight letters on; a swap of neighbours is one edit).
    """

    def __init__(
        self, vocabulary: Collection[str], prefixes: Collection[str], rewrites: Mapping[str, str]
    ) -> None:
        self.rewrites = {short: _normal(full) for short, full in rewrites.items()}
        self.english = english_words()
        self.known = self.english | frozenset(vocabulary)
        self.prefixes = tuple(p for p in prefixes if len(p) >= 3)
        self.by_letter: dict[str, list[str]] = {}
        for word in sorted({w for w in vocabulary if len(w) >= SHORTEST - 1 and w.isalpha()}):
            self.by_letter.setdefault(word[0], []).append(word)
        self._repair = lru_cache(maxsize=20_000)(self._find)

    def correct(self, tokens: tuple[Token, ...]) -> tuple[Token, ...]:
        """The same tokens with short forms written out and typos repaired."""
        corrected: list[Token] = []
        for token in tokens:
            words = self._repair(token.text).split(" ")
            corrected.append(replace(token, text=words[0]))
            corrected += [replace(token, text=word, mark="", gap=0) for word in words[1:]]
        return tuple(corrected)

    def _find(self, word: str) -> str:
        if word in self.rewrites:
            return self.rewrites[word]
        if word in self.known or len(word) < SHORTEST or not word.isalpha():
            return word
        single = _without_doubled_letters(word)
        if single in self.known:
            return self.rewrites.get(single, single)
        if word.startswith(self.prefixes):
            return word
        return self._nearest(word) or word

    def _nearest(self, word: str) -> str | None:
        edits = 2 if len(word) >= LONG else 1
        best: dict[int, list[str]] = {}
        for candidate in self.by_letter.get(word[0], ()):
            if abs(len(candidate) - len(word)) <= edits:
                distance = OSA.distance(word, candidate, score_cutoff=edits)
                best.setdefault(distance, []).append(candidate)
        for distance in range(1, edits + 1):
            if distance in best:
                return _one_family(best[distance])
        return None


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Common English words (the list that pyspellchecker ships), without apostrophes."""
    frequency = SpellChecker(language="en", distance=1).word_frequency
    return frozenset(word.replace("'", "") for word in frequency.words())


def _normal(full: str) -> str:
    return " ".join(token.text for token in tokenize(full))


def _one_family(candidates: list[str]) -> str | None:
    """The shortest candidate if all are forms of one word ("cramp", "cramps"), else None."""
    shortest = min(candidates, key=len)
    return shortest if all(c.startswith(shortest[:-1]) for c in candidates) else None


def _without_doubled_letters(word: str) -> str:
    return "".join(a for n, a in enumerate(word) if n == 0 or word[n - 1] != a)
