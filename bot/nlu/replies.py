"""Yes, no, "the first one", "I don't know": replies to whatever was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.nlu.engine import Heard, Message
from bot.nlu.quantities import Amount, amount_at
from bot.triage.reading import Mention

_CORE = frozenset("no yes yeah yep yup nope nah none neither idk dunno maybe unsure both".split())
_ASSENT = frozenset({"yes", "yeah", "yep", "yup"})
_REPLY_FOLLOWS = frozenset(
    "i im it that just only not but nothing none never its they there he she we thanks thank"
    " really sir maam way im so and well because actually nope no yes to for though".split()
)
_AFTER_A_CHOICE = frozenset({"and", "to", "only", "please", "yes", "no", "not", "but", "i"})
_TAILS = frozenset("thanks thank you sir maam here today now lol really though so far".split())
_SUBJECTS = frozenset("i we he she they im ive shes hes".split())
_DENIALS = frozenset("no nope nah not none negative never dont doesnt didnt".split())
_LARGEST = 1000
_LISTED = frozenset({"all", "some", "both", "first", "second", "third", "last", "other"})
_VAGUE_NUMBER = frozenset(
    "idk maybe ish about around probably like i guess id say or so roughly a well um"
    " uh hmm think its it is would".split()
)


def replies_in(message: Message) -> list[Mention]:
    """Replies in the order of the text."""
    if _only_number(message) is not None:
        return []
    return [_mention(message, h) for h in message.of("reply") if _is_reply(message, h)]


def numbers_in(message: Message, facts: Sequence[Mention]) -> Iterator[Mention]:
    """Bare numbers: what they count, only the pending question can tell.

    Digits that are no part of another fact, or a message that is one number ("six").
    """
    only = _only_number(message)
    if only is not None:
        yield only
        return
    for at in range(len(message.tokens)):
        amount = amount_at(message.tokens, at)
        if amount is None or not message.word(at).isdigit() or amount.high > _LARGEST:
            continue
        start, end = message.offsets(amount.start, amount.end)
        if not any(fact.start < end and start < fact.end for fact in facts):
            yield _number(message, amount)


def _only_number(message: Message) -> Mention | None:
    """A message that holds one number and nothing but filling words."""
    places = [n for n in range(len(message.tokens)) if amount_at(message.tokens, n)]
    places = [n for n in places if message.word(n) not in ("a", "an", "half", "some", "few")]
    amount = amount_at(message.tokens, places[0]) if places else None
    if amount is None or amount.high % 1 or amount.high > _LARGEST:
        return None
    rest = {t.text for t in (*message.tokens[: amount.start], *message.tokens[amount.end :])}
    if rest - _VAGUE_NUMBER:
        return None
    return _number(message, amount)


def _number(message: Message, amount: Amount) -> Mention:
    start, end = message.offsets(amount.start, amount.end)
    return Mention(
        "number", int(amount.high), "present", start, end, "number", message.text[start:end]
    )


def _is_reply(message: Message, heard: Heard) -> bool:
    """A "no" or "the first" is a reply only where it does not belong to the next words."""
    if heard.id == "all" and _DENIALS & {t.text for t in message.tokens[: heard.start]}:
        return False  # "no on all of it"
    begin = heard.start
    while begin and message.word(begin - 1) in _SUBJECTS and not message.tokens[begin].gap:
        begin -= 1
    starts = any(begin == clause.start for clause in message.clauses)
    parted = starts or message.tokens[begin].gap > 0
    end = heard.end
    while message.word(end) in _TAILS and not message.tokens[end].gap:
        end += 1
    at_end = end == len(message.tokens) or message.tokens[end].gap > 0
    first = message.word(heard.start)
    if heard.id in _LISTED and len(heard.words) > 1:
        return at_end or (parted and message.word(heard.end) in _AFTER_A_CHOICE)
    if at_end:
        return parted or first in _CORE
    if parted and first in _ASSENT:
        return True
    follows = {message.word(heard.end), message.word(heard.start + 1)}
    return parted and first in _CORE and bool(follows & _REPLY_FOLLOWS)


def _mention(message: Message, heard: Heard) -> Mention:
    start, end = message.offsets(heard.start, heard.end)
    return Mention(
        "reply", heard.id, "present", start, end,
        rule=f"reply.{heard.id}:{heard.label.phrase}", words=message.text[start:end],
    )  # fmt: skip
