"""The only reader of the environment: typed, checked, and clear about what is wrong.

Values come from the process environment and, below it, from `.env` in the project's
root. Every setting has a safe default for one machine, except the secrets.

    SettingsError    a value is missing or wrong; the message is one sentence for a person
"""

from __future__ import annotations

import base64
import ipaddress
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from dotenv.parser import parse_stream

ROOT = Path(__file__).resolve().parent.parent
"""Root of the project; relative paths in settings start here."""
ENV_FILE = ROOT / ".env"
SECRETS = ("SECRET_KEY", "FIELD_ENCRYPTION_KEY")

FRAME_ENVIRONMENT: Mapping[str, str] = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "LOG_LEVEL": "ERROR",  # also ends Rasa's own progress bars
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}


class SettingsError(Exception):
    """A setting is missing or wrong. The message names it and says what to do."""


@dataclass(frozen=True)
class Rate:
    """At most `amount` in any `seconds`."""

    amount: int
    seconds: int


@dataclass(frozen=True)
class Settings:
    """All settings. Each is the environment variable of the same name in capitals.

    `field_encryption_key` may hold several keys, parted by commas: the first encrypts,
    all decrypt. `allowed_origins`: web sites whose pages may embed the chat. `rate_...`: how
    often one conversation and one address may write, and one address may begin; all of the
    rates hold. The defaults leave room for fifty patients in one waiting room.
    """

    secret_key: str = field(repr=False)
    field_encryption_key: str = field(repr=False)
    clinic_name: str = "Compass Pain and Wellness"
    clinic_phone: str = "(555) 555-0100"
    booking_url: str = ""
    emergency_number: str = "911"
    crisis_number: str = "988"
    clinic_time_zone: str = ""
    database_url: str = field(default=f"sqlite:///{ROOT / 'var' / 'triage.db'}", repr=False)
    redis_url: str = field(default="", repr=False)
    allowed_origins: tuple[str, ...] = ()
    retention_days: int = 365
    bot_host: str = "127.0.0.1"
    bot_port: int = 5005
    console_host: str = "127.0.0.1"
    console_port: int = 5006
    console_totp: str = "optional"
    bot_processes: int = 1
    trusted_proxies: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0
    rate_conversation: tuple[Rate, ...] = (Rate(60, 10), Rate(240, 60), Rate(1500, 3600))
    rate_address: tuple[Rate, ...] = (Rate(400, 10), Rate(1500, 60))
    rate_sessions: tuple[Rate, ...] = (Rate(200, 60), Rate(2000, 3600))
    model_dir: Path = ROOT / "models"

    @property
    def field_encryption_keys(self) -> tuple[str, ...]:
        """The keys of `field_encryption_key`, the encrypting one first."""
        return tuple(key.strip() for key in self.field_encryption_key.split(","))


NAMES: tuple[str, ...] = tuple(f.name.upper() for f in fields(Settings))
"""Names of all settings."""

_active: list[Settings] = []


def get_settings() -> Settings:
    """The settings of this process, read once. Raises SettingsError."""
    return _active[-1] if _active else _from_environment()


def use_settings(settings: Settings) -> None:
    """Make `get_settings` return these from now on (evaluation, tests)."""
    _active[:] = [settings]


def load_settings(env: Mapping[str, str]) -> Settings:
    """Settings from a mapping of names to text. Raises SettingsError for the first wrong one."""
    given = {name: env[name].strip() for name in NAMES if env.get(name, "").strip()}
    wanted = dict.fromkeys(SECRETS) | given
    values: dict[str, Any] = {
        name.lower(): _READERS[name](name, value) for name, value in wanted.items()
    }
    settings = Settings(**values)
    _check_together(settings)
    return settings


def workbench_settings(folder: Path) -> Settings:
    """Settings for commands that meet no patient: throw-away secrets, database in `folder`.

    Clinic details still come from the environment, so that texts read as they will.
    """
    own = {
        "SECRET_KEY": new_secret_key(),
        "FIELD_ENCRYPTION_KEY": new_encryption_key(),
        "DATABASE_URL": f"sqlite:///{folder / 'workbench.db'}",
        "REDIS_URL": "",
        "BOT_PROCESSES": "1",
    }
    return load_settings(read_environment() | own)


def read_environment(env_file: Path = ENV_FILE) -> dict[str, str]:
    """The process environment over the values of `.env`. Raises SettingsError."""
    return read_env_file(env_file) | dict(os.environ)


def read_env_file(path: Path) -> dict[str, str]:
    """Names and values of a `.env` file; {} if there is none. Raises SettingsError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path.name} cannot be read ({type(error).__name__}): make it a plain UTF-8 text "
            "file that you may read, or delete it and run `make run` again."
        ) from error
    values: dict[str, str] = {}
    for binding in parse_stream(StringIO(text)):
        if binding.error:
            raise SettingsError(
                f"Line {_line_of(binding.original.line, binding.original.string)} of {path.name} "
                "is not a setting: write it as NAME=value, or start it with # to leave it out."
            )
        if binding.key is not None:
            values[binding.key] = binding.value or ""
    return values


def quiet_frame() -> None:
    """Set what the frames read from the environment: no telemetry, no noise at start."""
    for name, value in FRAME_ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def frame_workers() -> int:
    """How many processes `rasa run` would make (SANIC_WORKERS)."""
    given = os.environ.get("SANIC_WORKERS", "")
    return int(given) if re.fullmatch(r"[0-9]{1,4}", given) else 1


def new_secret_key() -> str:
    """A fresh SECRET_KEY."""
    return secrets.token_urlsafe(48)


def new_encryption_key() -> str:
    """A fresh FIELD_ENCRYPTION_KEY (32 random bytes, url-safe base64)."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


@cache
def _from_environment() -> Settings:
    return load_settings(read_environment())


def _line_of(start: int, original: str) -> int:
    return start + len(original) - len(original.lstrip("\n"))


# Readers: text of one setting -> its value. Each raises SettingsError in one sentence.


def _text(name: str, value: str | None) -> str:
    if value is None or not value.isprintable():
        raise SettingsError(f"{name} must be one line of plain text: correct it in .env.")
    return value


def _phone(name: str, value: str | None) -> str:
    if not re.fullmatch(r"[+0-9][0-9 ().\-]*|\([0-9][0-9 ().\-]*", value or ""):
        raise SettingsError(
            f"{name} must be a phone number such as 911 or (555) 555-0100: correct it in .env."
        )
    return str(value)


def _between(low: int, high: int) -> Callable[[str, str | None], int]:
    return lambda name, value: _number(name, value, low, high)


def _number(name: str, value: str | None, low: int, high: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", value or "") or not low <= int(value or "") <= high:
        raise SettingsError(
            f"{name} must be a whole number from {low} to {high}: correct it in .env."
        )
    return int(value or "")


def _host(name: str, value: str | None) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:\-]+", value or ""):
        raise SettingsError(
            f"{name} must be an address to listen on, such as 127.0.0.1: correct it in .env."
        )
    return str(value)


def _web_address(name: str, value: str | None) -> str:
    parts = urlsplit(value or "")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(
            f"{name} must be a web address that starts with https:// : correct it in .env."
        )
    return str(value)


def _origins(name: str, value: str | None) -> tuple[str, ...]:
    origins = tuple(part.strip().rstrip("/") for part in (value or "").split(",") if part.strip())
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
            raise SettingsError(
                f"{name} must be a list of web sites such as https://www.clinic.example, parted "
                "by commas and without paths: correct it in .env."
            )
    return origins


def _networks(name: str, value: str | None) -> tuple[str, ...]:
    networks = tuple(part.strip() for part in (value or "").split(",") if part.strip())
    try:
        return tuple(str(ipaddress.ip_network(network)) for network in networks)
    except ValueError as error:
        raise SettingsError(
            f"{name} must be addresses or networks such as 127.0.0.0/8, 10.1.2.3, parted by "
            "commas: correct it in .env."
        ) from error


def _database(name: str, value: str | None) -> str:
    if not re.match(r"sqlite:///.|postgresql(\+psycopg2)?://.", value or ""):
        raise SettingsError(
            f"{name} must start with sqlite:/// or postgresql:// : correct it in .env, or take "
            "the line out to use a file under var/."
        )
    return _rooted(str(value))


def _rooted(url: str) -> str:
    prefix, _, path = url.partition("sqlite:///")
    if prefix or not path or path.startswith(("/", ":memory:")):
        return url
    return f"sqlite:///{ROOT / path}"


def _redis(name: str, value: str | None) -> str:
    if not re.match(r"(rediss?|unix)://.", value or ""):
        raise SettingsError(
            f"{name} must start with redis:// or rediss:// : correct it in .env, or leave it "
            "empty for one bot process."
        )
    return str(value)


def _rates(name: str, value: str | None) -> tuple[Rate, ...]:
    if value == "off":
        return ()
    shape = r"\s*([1-9][0-9]{0,6})/([1-9][0-9]{0,4})\s*"
    found = [re.fullmatch(shape, part) for part in (value or "").split(",")]
    if not all(found):
        raise SettingsError(
            f"{name} must be rates such as 60/10, 240/60 (60 in 10 seconds and 240 in 60), or "
            "off: correct it in .env."
        )
    return tuple(Rate(int(one[1]), int(one[2])) for one in found if one)


def _time_zone(name: str, value: str | None) -> str:
    if value not in available_timezones():
        raise SettingsError(f"{name} must be a name such as America/Denver: correct it in .env.")
    return str(value)


def _totp(name: str, value: str | None) -> str:
    if value not in ("optional", "required"):
        raise SettingsError(f"{name} must be optional or required: correct it in .env.")
    return str(value)


def _folder(name: str, value: str | None) -> Path:
    return ROOT / _text(name, value)


def _secret_key(name: str, value: str | None) -> str:
    if value is None:
        raise SettingsError(
            f"{name} is missing: run `make run` once, which writes one into .env, or set it to at "
            "least 32 random characters."
        )
    if len(value) < 32 or len(set(value)) < 10 or _is_placeholder(value):
        raise SettingsError(
            f"{name} is too short or a placeholder: set it to at least 32 random characters, or "
            "take the line out of .env and run `make run`, which writes a new one."
        )
    return value


def _encryption_key(name: str, value: str | None) -> str:
    if value is None:
        raise SettingsError(
            f"{name} is missing: run `make run` once, which writes one into .env, or put back the "
            "key that your stored contact details were encrypted with."
        )
    if not all(_is_encryption_key(part.strip()) for part in value.split(",")):
        raise SettingsError(
            f"{name} is not a key (32 random bytes in url-safe base64, 44 characters): put back "
            "the right key, or take the line out of .env and run `make run` if nothing is stored."
        )
    return value


def _is_placeholder(value: str) -> bool:
    found = re.search(r"change.?me|placeholder|example|replace|your.?(secret|key)", value, re.I)
    return found is not None


def _is_encryption_key(value: str) -> bool:
    try:
        key = base64.b64decode(value, altchars=b"-_", validate=True)
    except ValueError:
        return False
    return len(key) == 32 and len(set(key)) >= 10


def _check_together(settings: Settings) -> None:
    if settings.bot_processes > 1 and not (
        settings.redis_url and settings.database_url.startswith("postgresql")
    ):
        raise SettingsError(
            "BOT_PROCESSES above 1 needs REDIS_URL and a postgresql:// DATABASE_URL, or messages "
            "get lost: set both, or BOT_PROCESSES=1."
        )
    if (settings.bot_host, settings.bot_port) == (settings.console_host, settings.console_port):
        raise SettingsError("CONSOLE_PORT is the same as BOT_PORT: give each its own port in .env.")
    if settings.metrics_port in (settings.bot_port, settings.console_port):
        raise SettingsError("METRICS_PORT is taken by chat or console: give it its own in .env.")


_READERS: Mapping[str, Callable[[str, str | None], Any]] = {
    "SECRET_KEY": _secret_key,
    "FIELD_ENCRYPTION_KEY": _encryption_key,
    "CLINIC_NAME": _text,
    "CLINIC_PHONE": _phone,
    "BOOKING_URL": _web_address,
    "EMERGENCY_NUMBER": _phone,
    "CRISIS_NUMBER": _phone,
    "CLINIC_TIME_ZONE": _time_zone,
    "DATABASE_URL": _database,
    "REDIS_URL": _redis,
    "ALLOWED_ORIGINS": _origins,
    "RETENTION_DAYS": _between(1, 36500),
    "BOT_HOST": _host,
    "BOT_PORT": _between(1, 65535),
    "CONSOLE_HOST": _host,
    "CONSOLE_PORT": _between(1, 65535),
    "CONSOLE_TOTP": _totp,
    "BOT_PROCESSES": _between(1, 64),
    "TRUSTED_PROXIES": _networks,
    "METRICS_HOST": _host,
    "METRICS_PORT": _between(0, 65535),
    "RATE_CONVERSATION": _rates,
    "RATE_ADDRESS": _rates,
    "RATE_SESSIONS": _rates,
    "MODEL_DIR": _folder,
}
