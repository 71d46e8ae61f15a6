"""Messages in other clothes, after CheckList (Ribeiro and others 2020): the danger must stay.

Each perturbation changes how a message is written and not what it says, so the danger signs
that are heard must be the same. `denial` adds a sign that is not there: it must not be heard.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Change = Callable[[str, random.Random], str]

_WORD = re.compile(r"[A-Za-z]{6,}")
_PLAIN = (
    ("doctor", "dr"), ("minutes", "mins"), ("hours", "hrs"), ("weeks", "wks"), ("years", "yrs"),
    ("because", "bc"), ("with", "w/"), ("and", "&"), ("you", "u"), ("are", "r"),
    ("since", "ever since"), ("yesterday", "the day before today"), ("husband", "hubby"),
    ("cannot", "can not"),
    ("started", "began"), ("hospital", "er"), ("night", "nite"), ("people", "ppl"),
)  # fmt: skip
_CONTRACTIONS = (
    ("don't", "do not"), ("doesn't", "does not"), ("didn't", "did not"), ("isn't", "is not"),
    ("can't", "cannot"), ("won't", "will not"), ("haven't", "have not"), ("I'm", "I am"),
    ("I've", "I have"), ("it's", "it is"), ("that's", "that is"), ("wasn't", "was not"),
)  # fmt: skip
_BEFORE = ("hi, ", "um so ", "Hello there. ", "ok so basically ", "hey, quick one: ")
_AFTER = (" thanks", " lol", ". please help", " :(", ". sorry for the long message")
_DENIALS = (". I have no fever", ". No chest pain", ". I don't have any rash")


@dataclass(frozen=True)
class Pair:
    """A message and its other form. `kind`: the perturbation that made it."""

    kind: str
    id: str
    before: str
    after: str


def pairs(messages: Sequence[Mapping[str, Any]], seed: int = 0) -> Iterator[Pair]:
    """Every message in every form that changes it; the same ones for the same seed."""
    for message in messages:
        for kind, change in PERTURBATIONS.items():
            text = message["text"]
            other = change(text, random.Random(f"{seed} {kind} {message['id']}"))
            if other != text:
                yield Pair(kind, message["id"], text, other)


def typo(text: str, rng: random.Random) -> str:
    """Two neighboring letters change places inside one longer word."""
    words = list(_WORD.finditer(text))
    if not words:
        return text
    at = (word := rng.choice(words)).start() + rng.randrange(1, len(word[0]) - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def no_apostrophes(text: str, _: random.Random) -> str:
    """ "can't" as "cant"."""
    return re.sub(r"(?<=\w)['’](?=\w)", "", text)


def contractions(text: str, _: random.Random) -> str:
    """ "can't" as "cannot" and the other way about."""
    longer = _swapped(text, _CONTRACTIONS)
    return longer if longer != text else _swapped(text, [(b, a) for a, b in _CONTRACTIONS])


def fillers(text: str, rng: random.Random) -> str:
    """Small talk before and behind."""
    return rng.choice(_BEFORE) + text.rstrip(". ") + rng.choice(_AFTER)


def plain_synonyms(text: str, _: random.Random) -> str:
    """Everyday words in another everyday form; none of them is a sign."""
    return _swapped(text, _PLAIN)


def denial(text: str, rng: random.Random) -> str:
    """One more sentence that denies something."""
    return text.rstrip(". ") + rng.choice(_DENIALS)


PERTURBATIONS: Mapping[str, Change] = {
    "typo": typo,
    "upper_case": lambda text, _: text.upper(),
    "lower_case": lambda text, _: text.lower(),
    "no_apostrophes": no_apostrophes,
    "contractions": contractions,
    "fillers": fillers,
    "synonyms": plain_synonyms,
    "denial": denial,
}


def _swapped(text: str, table: Sequence[tuple[str, str]]) -> str:
    for word, other in table:
        text = re.sub(rf"(?<![\w']){re.escape(word)}(?![\w'])", other, text, flags=re.IGNORECASE)
    return text
