"""Finds words in messages that stand encrypted in the database.

Each word of a patient's message is folded, cut to its stem and put through HMAC-SHA256 with a
key that is itself kept encrypted; only these hashes are indexed (SQLite: FTS5, PostgreSQL:
tsvector). What that hides and what it does not: docs/decisions/0007-search.md.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Text, bindparam, column, select, text

from bot.store.models import Fact
from bot.store.work import SearchEntry

MOST_MATCHES = 2000
"""A search looks at so many matching messages, the newest; what is older needs a filter more."""
SEARCH_KEY = "search_key"
_KEY = "search key"
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_ENDINGS = ("ingly", "edly", "ings", "ing", "ied", "ies", "ed", "es", "ly", "s")
_SHORTEST_STEM = 3
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_HASH_LENGTH = 12
Hit = tuple[str, int]
_COMMON = frozenset(
    "a about after all also am an and any are as at be been but by can could did do does for from "
    "get got had has have he her hers him his i if in into is it its just like me more my no not "
    "now of on or our out she so some than that the their them then there they this to up us was "
    "we were what when which who will with would yes you your".split()
)


def tokens_of(session: Any, words: str) -> str:
    """The hashes of a text's words, in order, parted by spaces; common words are left out."""
    key = _key(session)
    return " ".join(_hash(key, stem) for _, _, stem in stems(words))


def stems(words: str) -> list[tuple[int, int, str]]:
    """Start, end and stem of each word that is indexed."""
    found = ((m.start(), m.end(), _stem(_fold(m.group()))) for m in _WORD.finditer(words))
    return [each for each in found if each[2]]


def add_entries(session: Any, conversation_id: str, messages: Iterable[dict[str, Any]]) -> None:
    """Index the patient's messages among `messages` (rows without a conversation id)."""
    for message in messages:
        if message["sender"] == "patient" and message["text"]:
            tokens = tokens_of(session, message["text"])
            if tokens:
                session.execute(
                    SearchEntry.__table__.insert(),
                    {"conversation_id": conversation_id, "seq": message["seq"], "tokens": tokens},
                )


def find_hits(session: Any, query: str) -> list[Hit]:
    """(conversation, message) of the newest messages that have all words of `query`.

    Words in double quotes must follow each other. Asked once a session and query.
    """
    known = session.info.setdefault("hits", {})
    if query not in known:
        phrases = _phrases(session, query)
        wanted = _matching(session, phrases) if phrases else None
        known[query] = [] if wanted is None else [(r[0], r[1]) for r in session.execute(wanted)]
    return list(known[query])


def _matching(session: Any, phrases: list[list[str]]) -> Any:
    entries = SearchEntry.__table__
    columns = entries.c.conversation_id, entries.c.seq
    if session.get_bind().dialect.name == "sqlite":
        found = " AND ".join(f'"{" ".join(phrase)}"' for phrase in phrases)
        hits = (
            text("SELECT rowid FROM search_fts WHERE search_fts MATCH :wanted ORDER BY rowid DESC")
            .bindparams(bindparam("wanted", found))
            .columns(column("rowid"))
        )
        newest = select(hits.subquery().c.rowid).limit(MOST_MATCHES)
        return select(*columns).where(entries.c.id.in_(newest)).order_by(entries.c.id.desc())
    found = " & ".join(f"({' <-> '.join(phrase)})" for phrase in phrases)
    holds = text("to_tsvector('simple', tokens) @@ to_tsquery('simple', :wanted)")
    # OFFSET 0 keeps the planner from walking all messages backwards in search of a rare word.
    fence = (
        select(entries.c.id, *columns)
        .where(holds.bindparams(bindparam("wanted", found, type_=Text)))
        .offset(0)
        .subquery()
    )
    newest = select(fence.c.conversation_id, fence.c.seq).order_by(fence.c.id.desc())
    return newest.limit(MOST_MATCHES)


def spans(words: str, query: str) -> list[tuple[int, int]]:
    """Where in `words` a word of `query` stands, for highlights."""
    wanted = {stem for _, _, stem in stems(query)}
    return [(start, end) for start, end, stem in stems(words) if stem in wanted]


def _phrases(session: Any, query: str) -> list[list[str]]:
    key = _key(session)
    found = []
    for quoted, loose in re.findall(r'"([^"]*)"|([^"]+)', query):
        hashed = [_hash(key, stem) for _, _, stem in stems(quoted or loose)]
        found += [hashed] if quoted and hashed else [[each] for each in hashed]
    return found


def _fold(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).replace("'", "")


def _stem(word: str) -> str:
    """A rough stem, the same for most forms of an English word; empty for common words."""
    if word in _COMMON:
        return ""
    if word.endswith("ves") and len(word) > _SHORTEST_STEM + 1:
        return word[:-3] + "f"
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word[: -len(ending)]
            break
    plain = word.rstrip("e") or word
    return plain[:-1] if len(plain) > _SHORTEST_STEM and plain[-1] == plain[-2] else plain


def _hash(key: bytes, stem: str) -> str:
    """Letters only, so that no database takes a hash for a number or an operator."""
    digest = hmac.new(key, stem.encode(), hashlib.sha256).hexdigest()
    return digest[:_HASH_LENGTH].translate(_LETTERS)


def _key(session: Any) -> bytes:
    """The key of this database's index. A change of FIELD_ENCRYPTION_KEY leaves it as it is."""
    if _KEY not in session.info:
        session.info[_KEY] = bytes.fromhex(ensure_key(session))
    return bytes(session.info[_KEY])


def ensure_key(session: Any) -> str:
    """The stored key, made and added when there is none yet."""
    fact = session.get(Fact, SEARCH_KEY)
    if fact is None:
        fact = Fact(name=SEARCH_KEY, value=secrets.token_hex(32))
        session.add(fact)
        session.flush()
    return str(fact.value)
