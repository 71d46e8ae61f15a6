"""What a password must be: long, and hard to guess (zxcvbn); no rules about signs."""

from __future__ import annotations

from zxcvbn import zxcvbn

SHORTEST = 12
LONGEST = 128
STRONG = 3
"""zxcvbn's score of 0 to 4: safely unguessable, about 10^10 guesses."""


def faults_of(password: str, *own_words: str) -> list[str]:
    """Sentences that say what is wrong; empty when it is good."""
    if len(password) < SHORTEST:
        return [f"A password has at least {SHORTEST} characters."]
    if len(password) > LONGEST:
        return [f"A password has at most {LONGEST} characters."]
    words = [part for word in own_words for part in (word, *word.replace("@", ".").split("."))]
    if zxcvbn(password[:72], user_inputs=words)["score"] < STRONG:
        return ["This password is easy to guess. Try four or more unrelated words."]
    return []
