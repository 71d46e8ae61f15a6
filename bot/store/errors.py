"""What can go wrong in the store.

    StoreError                 root
      StoreUnavailable         cannot be opened, reached, written or waited for: try again later
        DiskFull               no space, or a read-only disk
      SchemaError              tables are missing or of another version
        NewerSchema            written by a newer program: do not touch
      Busy                     the turn before did not end in time: try again soon
      WrongKey                 FIELD_ENCRYPTION_KEY does not open what is stored
      Conflict                 somebody else wrote this conversation in between: nothing was saved
      UnknownConversation      never there, or removed by the patient
      BadConversationId        not an id that this program makes; `default` above all
      EmptyTurn                a turn without an answer: nothing was saved
      UnsafeSetup              this set-up would lose messages: refuse to start
      UndeclaredAction         an audited act that is not declared, or with other fields

Messages carry ids at most; never words of a patient, and never values of a statement.
"""

from __future__ import annotations


class StoreError(Exception):
    """Nothing of the failed call was saved."""


class StoreUnavailable(StoreError):
    """The database cannot be used now."""


class DiskFull(StoreUnavailable):
    """No space is left, or the disk is read-only."""


class SchemaError(StoreError):
    """The tables are not those that this program knows."""


class NewerSchema(SchemaError):
    """The tables were made by a newer version of this program."""


class Busy(StoreError):
    """Another turn of this conversation holds the lock."""


class WrongKey(StoreError):
    """No key of FIELD_ENCRYPTION_KEY opens a stored field."""


class Conflict(StoreError):
    """The stored conversation is not the one that this turn began with."""


class UnknownConversation(StoreError):
    """No conversation of that id, or a removed one."""


class BadConversationId(StoreError):
    """The id is not one that `create_conversation` makes."""


class EmptyTurn(StoreError):
    """The engine gave no answer to a message."""


class UnsafeSetup(StoreError):
    """Messages could be lost with these settings."""


class UndeclaredAction(StoreError):
    """`record_audit` was called with an action or fields that nobody declared."""
