"""A message as normalised words, each knowing where it stands in the original text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

LONGEST_TEXT = 12_000
MOST_WORDS = 1_200
"""Of more words the first and the last are read. People's 4,000 characters have 800."""
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_LETTER = rf"[^\W\d_\u0300-\u036f](?:[\u0300-\u036f{_INVISIBLE}]*[^\W\d_])*[\u0300-\u036f]*"
_WORD = re.compile(
    rf"24\s?/\s?7|w/o\b|w/|[ap]\.\s?m\.?(?!\w)|\d+(?:\.\d+)?|{_LETTER}(?:['’‘`´]{_LETTER})*"
    r"|[&+@#%]|[\U0001F300-\U0001FAFF\u2600-\u27BF]"
)
_STRIP = re.compile(rf"[\u0300-\u036f{_INVISIBLE}]")
_LONG_RUN = re.compile(r"(.)\1{2,}")
_STRONG = re.compile(r"[!?;\n\r]|\.(?!\.)(?=\s|$)|\.(?=[A-Za-z])")
_WEAK = re.compile(r"[,:()\[\]—–…/*]|\.\.|\s-+\s|--")
_ENDINGS = {
    "'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would",
}  # fmt: skip
_JOINED: Mapping[str, tuple[str, ...]] = {
    "im": ("i", "am"), "ive": ("i", "have"), "youre": ("you", "are"), "theyre": ("they", "are"),
    "weve": ("we", "have"), "theyve": ("they", "have"), "thats": ("that", "is"),
    "theres": ("there", "is"), "hes": ("he", "is"), "shes": ("she", "is"), "its": ("it", "is"),
    "whats": ("what", "is"), "gonna": ("going", "to"), "wanna": ("want", "to"),
    "kinda": ("kind", "of"), "sorta": ("sort", "of"), "lotta": ("lot", "of"),
    "gotta": ("got", "to"), "outta": ("out", "of"), "cuz": ("because",), "dunno": ("dont", "know"),
    "it's": ("it", "is"), "that's": ("that", "is"), "there's": ("there", "is"),
    "he's": ("he", "is"), "she's": ("she", "is"), "what's": ("what", "is"),
    "here's": ("here", "is"), "who's": ("who", "is"), "where's": ("where", "is"),
    "let's": ("lets",), "ain't": ("aint",), "cannot": ("cant",), "y'all": ("you", "all"),
    "24/7": ("24/7",), "w/o": ("without",), "w/": ("with",), "&": ("and",), "+": ("and",),
}  # fmt: skip
_MERGED = {(verb, "not"): _not for verb, _not in (
    ("can", "cant"), ("do", "dont"), ("does", "doesnt"), ("did", "didnt"), ("is", "isnt"),
    ("are", "arent"), ("was", "wasnt"), ("were", "werent"), ("have", "havent"), ("has", "hasnt"),
    ("had", "hadnt"), ("would", "wouldnt"), ("could", "couldnt"), ("should", "shouldnt"),
    ("will", "wont"),
)}  # fmt: skip


@dataclass(frozen=True)
class Token:
    """One normalised word. `start`, `end`: offsets in the original text.

    `mark`: the punctuation between the word before and this one. `gap`: what it divides:
    0 nothing, 1 parts of a sentence (comma, dash), 2 sentences.
    """

    text: str
    start: int
    end: int
    mark: str = ""
    gap: int = 0


def tokenize(text: str) -> tuple[Token, ...]:
    """Words of the text, normalised; what is beyond LONGEST_TEXT or MOST_WORDS is not read."""
    tokens: list[Token] = []
    last = 0
    for found in _WORD.finditer(text[:LONGEST_TEXT]):
        mark = text[last : found.start()]
        gap = _gap(mark) if tokens else 0
        for word in filter(None, _words(found[0])):
            tokens.append(Token(word, found.start(), found.end(), mark.strip(), gap))
            mark, gap = "", 0
        last = found.end()
    return tuple(_shortened(_merge_negations(tokens)))


def _shortened(tokens: list[Token]) -> list[Token]:
    if len(tokens) <= MOST_WORDS:
        return tokens
    begin, end = tokens[: MOST_WORDS // 2], tokens[-MOST_WORDS // 2 :]
    return [*begin, replace(end[0], gap=2), *end[1:]]


def closing_mark(text: str, tokens: tuple[Token, ...]) -> str:
    """The punctuation after the last word."""
    return text[tokens[-1].end : LONGEST_TEXT].strip() if tokens else ""


def _gap(mark: str) -> int:
    if _STRONG.search(mark):
        return 2
    return 1 if _WEAK.search(mark) else 0


@lru_cache(maxsize=20_000)
def _words(raw: str) -> tuple[str, ...]:
    """The normalised words of one raw word: "I'm" gives i, am; "can't" gives cant.

    None for a character that is only a mark once it is normalised.
    """
    word = _STRIP.sub("", unicodedata.normalize("NFKC", raw)).casefold().strip()
    word = re.sub("[’‘`´]", "'", word)
    word = _LONG_RUN.sub(r"\1\1", word)
    if re.fullmatch(r"24\s?/\s?7", word):
        return ("24/7",)
    if re.fullmatch(r"[ap]\.\s?m\.?", word):
        return (word[0] + "m",)
    if word in _JOINED:
        return _JOINED[word]
    return _split_apostrophe(word) if "'" in word else (word,)


def _split_apostrophe(word: str) -> tuple[str, ...]:
    if word.endswith("n't"):
        return (word.replace("'", ""),)
    for ending, full in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return (word[: -len(ending)], full)
    if word.endswith("'s"):
        return (word[:-2], "'s")
    return (word.replace("'", ""),)


def _merge_negations(tokens: list[Token]) -> list[Token]:
    """ "do not" reads like "don't"."""
    merged: list[Token] = []
    for token in tokens:
        pair = (merged[-1].text, token.text) if merged and not token.gap else None
        if pair in _MERGED:
            merged[-1] = replace(merged[-1], text=_MERGED[pair], end=token.end)
        else:
            merged.append(token)
    return merged
