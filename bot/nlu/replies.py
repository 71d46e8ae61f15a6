"""Yes, no, "the first one", "I don't know": replies to whatever was asked."""

from __future__ import annotations

from bot.nlu.engine import Heard, Message
from bot.nlu.numbers import read_number
from bot.triage.reading import Mention

_DETERMINERS = frozenset({"no", "any", "some", "all", "none", "both", "nothing", "other", "last"})
_REPLY_FOLLOWS = frozenset(
    "i im it that just only not but nothing none never its they there he she we thanks thank"
    " really sir maam way im so and well because actually nope no yes to for".split()
)
_SHORT = 4


def replies_in(message: Message) -> list[Mention]:
    """Replies in the order of the text. A message that is one number is a reply with it."""
    number = _only_number(message)
    if number is not None:
        return [number]
    return [_mention(message, h) for h in message.of("reply") if _is_reply(message, h)]


def _only_number(message: Message) -> Mention | None:
    found = read_number(message.tokens, 0)
    if not found or found[1] != len(message.tokens) or found[0] % 1 or found[0] > 1000:
        return None
    start, end = message.offsets(0, len(message.tokens))
    return Mention(
        "reply", int(found[0]), "present", start, end, "number", message.text[start:end]
    )


def _is_reply(message: Message, heard: Heard) -> bool:
    """A single "no" or "both" is a reply only where it does not belong to the next word."""
    starts = any(heard.start == clause.start for clause in message.clauses)
    parted = heard.start == 0 or message.tokens[heard.start].gap > 0 or starts
    at_end = heard.end == len(message.tokens) or message.tokens[heard.end].gap > 0
    if len(heard.words) > 1:
        return parted or at_end or len(message.tokens) <= 2 * _SHORT
    if not parted and not (at_end and heard.id in ("yes", "no", "unsure")):
        return False
    return at_end or (
        message.word(heard.start) in ("no", "yes", "yeah", "yep", "nope", "nah", "none", "neither")
        and message.word(heard.end) in _REPLY_FOLLOWS
    )


def _mention(message: Message, heard: Heard) -> Mention:
    start, end = message.offsets(heard.start, heard.end)
    return Mention(
        "reply", heard.id, "present", start, end,
        rule=f"reply.{heard.id}:{heard.label.phrase}", words=message.text[start:end],
    )  # fmt: skip
