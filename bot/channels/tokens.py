"""Bearer tokens: signed proof that a browser owns one conversation.

A token is a JWT (HS256, key derived from SECRET_KEY) with the conversation's id and an
expiry. The store makes the id (160 random bits); a client can neither choose nor guess it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import jwt

from bot.channels.errors import TokenRefused

LIFETIME = timedelta(hours=24)
_PURPOSE = "web-channel"
_ALGORITHM = "HS256"
_SCHEME = "Bearer "


@dataclass(frozen=True)
class Tokens:
    """Makes and reads tokens. `secret` is the SECRET_KEY of the settings."""

    secret: str
    lifetime: timedelta = LIFETIME

    def issue(self, conversation_id: str) -> tuple[str, datetime]:
        """A token for this conversation and the moment it runs out (UTC)."""
        expires = datetime.now(timezone.utc).replace(microsecond=0) + self.lifetime
        claims = {"sub": conversation_id, "exp": expires, "aud": _PURPOSE}
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM), expires

    def read(self, authorization: str | None) -> str:
        """The conversation id in an Authorization header. Raises TokenRefused."""
        if not authorization or not authorization.startswith(_SCHEME):
            raise TokenRefused()
        try:
            claims = jwt.decode(
                authorization.removeprefix(_SCHEME),
                self._key,
                algorithms=[_ALGORITHM],
                audience=_PURPOSE,
                options={"require": ["sub", "exp", "aud"]},
            )
        except jwt.PyJWTError:
            raise TokenRefused() from None
        return str(claims["sub"])

    @property
    def _key(self) -> bytes:
        return hmac.new(self.secret.encode(), _PURPOSE.encode(), hashlib.sha256).digest()
