"""Column types whose values stand encrypted in the database.

Each value is a Fernet token (AES-128-CBC, HMAC-SHA256). FIELD_ENCRYPTION_KEY may hold
several keys: the first encrypts, all decrypt, so a key is changed by putting the new one
in front.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

from bot.settings import get_settings
from bot.store.errors import WrongKey


class EncryptedText(TypeDecorator):
    """Text of any length, encrypted. None stays NULL. Reading raises WrongKey."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else encrypt(value)

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else decrypt(value)


class EncryptedJSON(TypeDecorator):
    """Anything that JSON can hold, encrypted. None stays NULL. Reading raises WrongKey."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else encrypt(to_json(value))

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        return None if value is None else json.loads(decrypt(value))


def encrypt(text: str) -> str:
    """A Fernet token of `text` under the first key."""
    return _keyring().encrypt(text.encode("utf-8", "surrogatepass")).decode("ascii")


def decrypt(token: str) -> str:
    """The text of a token. Raises WrongKey."""
    try:
        return _keyring().decrypt(token.encode()).decode("utf-8", "surrogatepass")
    except InvalidToken as error:
        raise WrongKey(
            "A stored field cannot be opened with FIELD_ENCRYPTION_KEY: put back the key that it "
            "was written with (further keys go behind the first, parted by commas)."
        ) from error


def to_json(value: Any) -> str:
    """Compact JSON in ASCII, so that no character can break a database."""
    return json.dumps(value, separators=(",", ":"))


def _keyring() -> MultiFernet:
    return _keyring_of(get_settings().field_encryption_keys)


@lru_cache(maxsize=4)
def _keyring_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
