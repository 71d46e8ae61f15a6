"""Tables of staff's work on conversations: what to find them by, alerts, proposals, views.

`facets`, `search_entries` and `alerts` are drawn from the events, but for facets of the kind
`tag`, which are staff's own.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Text, UniqueConstraint

from bot.store.crypto import EncryptedText
from bot.store.models import Base, UtcDateTime

TAG = "tag"
"""The kind of facet that staff set themselves."""


def _conversation(**options: object) -> Column:
    return Column(String(64), ForeignKey("conversations.id", ondelete="CASCADE"), **options)


class Facet(Base):
    """One thing that a conversation can be found by: an id or a code, never words."""

    __tablename__ = "facets"
    __table_args__ = (Index(None, "kind", "value", "conversation_id"),)

    conversation_id = _conversation(primary_key=True)
    kind = Column(String(20), primary_key=True)
    value = Column(String(80), primary_key=True)


class SearchEntry(Base):
    """The keyed hashes of one message's words (docs/decisions: search over encrypted text)."""

    __tablename__ = "search_entries"
    __table_args__ = (Index(None, "conversation_id", "seq"),)

    id = Column(Integer, primary_key=True)
    conversation_id = _conversation(nullable=False)
    seq = Column(Integer, nullable=False)  # of the message
    tokens = Column(Text, nullable=False)


class Alert(Base):
    """Something that staff should see at once. `kind`: emergency, urgent or request."""

    __tablename__ = "alerts"
    __table_args__ = (Index(None, "conversation_id"),)

    id = Column(Integer, primary_key=True)
    conversation_id = _conversation(nullable=False)
    at = Column(UtcDateTime, nullable=False)
    kind = Column(String(20), nullable=False)


class Proposal(Base):
    """A correction of how a message was read, proposed for the training data or the lexicon.

    `kind`: intent (value: its name), finding, location or trigger (value: its id). `words`: what
    the patient wrote, cleaned of personal details by the one who proposed it. `status`: open,
    approved, rejected or exported.
    """

    __tablename__ = "proposals"
    __table_args__ = (Index(None, "status", "id"), Index(None, "conversation_id"))

    id = Column(Integer, primary_key=True)
    conversation_id = _conversation(nullable=False)
    seq = Column(Integer, nullable=False)  # of the message
    kind = Column(String(20), nullable=False)
    value = Column(String(80), nullable=False)
    was = Column(String(80))
    words = Column(EncryptedText, nullable=False)
    note = Column(EncryptedText)
    proposed_by = Column(String(255), nullable=False)
    proposed_at = Column(UtcDateTime, nullable=False)
    status = Column(String(20), nullable=False, default="open")
    decided_by = Column(String(255))
    decided_at = Column(UtcDateTime)


class SavedView(Base):
    """Filters under a name. `shared`: all staff see it."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("owner", "name"),)

    id = Column(Integer, primary_key=True)
    owner = Column(String(255), nullable=False)
    name = Column(String(60), nullable=False)
    query = Column(String(1000), nullable=False)
    shared = Column(Boolean, nullable=False, default=False)
