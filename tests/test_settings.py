"""Settings: safe defaults, clear sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import (
    ROOT,
    Rate,
    SettingsError,
    load_settings,
    new_encryption_key,
    new_secret_key,
    read_env_file,
    workbench_settings,
)

GOOD = {"SECRET_KEY": new_secret_key(), "FIELD_ENCRYPTION_KEY": new_encryption_key()}


def test_secrets_alone_are_enough_for_one_machine() -> None:
    settings = load_settings(GOOD)
    assert settings.emergency_number == "911"
    assert settings.crisis_number == "988"
    assert settings.database_url == f"sqlite:///{ROOT / 'var' / 'triage.db'}"
    assert (settings.bot_host, settings.console_host) == ("127.0.0.1", "127.0.0.1")


def test_default_phone_of_the_clinic_is_from_the_fictional_range() -> None:
    assert "555-01" in load_settings(GOOD).clinic_phone


def test_empty_values_mean_the_default() -> None:
    assert load_settings(GOOD | {"BOT_PORT": " ", "REDIS_URL": ""}).bot_port == 5005


def test_secrets_do_not_show_in_the_representation() -> None:
    url = "postgresql://user:very-secret@db/triage"
    shown = repr(load_settings(GOOD | {"DATABASE_URL": url}))
    assert GOOD["SECRET_KEY"] not in shown
    assert GOOD["FIELD_ENCRYPTION_KEY"] not in shown
    assert "very-secret" not in shown


def test_relative_paths_start_at_the_root_of_the_project() -> None:
    settings = load_settings(GOOD | {"DATABASE_URL": "sqlite:///var/x.db", "MODEL_DIR": "m"})
    assert settings.database_url == f"sqlite:///{ROOT}/var/x.db"
    assert settings.model_dir == ROOT / "m"


def test_several_encryption_keys_keep_their_order() -> None:
    keys = [new_encryption_key(), new_encryption_key()]
    settings = load_settings(GOOD | {"FIELD_ENCRYPTION_KEY": ", ".join(keys)})
    assert settings.field_encryption_keys == tuple(keys)


def test_rates_are_read_in_their_order_and_can_be_off() -> None:
    settings = load_settings(GOOD | {"RATE_CONVERSATION": "5/10,20/60", "RATE_ADDRESS": "off"})
    assert settings.rate_conversation == (Rate(5, 10), Rate(20, 60))
    assert settings.rate_address == ()


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_missing_secret_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is missing: .*make run"):
        load_settings({other: value for other, value in GOOD.items() if other != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "x7Kq"),
        ("SECRET_KEY", "change-me-change-me-change-me-change-me"),
        ("SECRET_KEY", "a" * 64),
        ("FIELD_ENCRYPTION_KEY", "changeme"),
        ("FIELD_ENCRYPTION_KEY", "A" * 43 + "="),
        ("FIELD_ENCRYPTION_KEY", "dGVzdHMtb25seS1rZXktMDEyMzQ1Njc4OWFiY2RlZmc=,short"),
        ("CLINIC_PHONE", "call us"),
        ("EMERGENCY_NUMBER", "nine"),
        ("CLINIC_NAME", "two\nlines"),
        ("BOOKING_URL", "javascript:alert(1)"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("REDIS_URL", "localhost:6379"),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "https://clinic.example/chat"),
        ("CLINIC_TIME_ZONE", "Denver"),
        ("CLINIC_TIME_ZONE", "../../etc/passwd"),
        ("RETENTION_DAYS", "0"),
        ("RETENTION_DAYS", "a year"),
        ("BOT_PORT", "70000"),
        ("BOT_HOST", "not a host"),
        ("CONSOLE_PORT", "5005"),
        ("BOT_PROCESSES", "2"),
        ("RATE_CONVERSATION", "20 per minute"),
        ("RATE_ADDRESS", "0/10"),
        ("RATE_SESSIONS", "10/60,"),
    ],
)
def test_a_wrong_value_is_answered_with_one_sentence_that_names_it(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} ") as caught:
        load_settings(GOOD | {name: value})
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    if name in GOOD:
        assert value not in sentence


def test_several_bot_processes_need_a_shared_lock_and_database() -> None:
    shared = {"BOT_PROCESSES": "4", "REDIS_URL": "redis://r/0", "DATABASE_URL": "postgresql://d/t"}
    assert load_settings(GOOD | shared).bot_processes == 4


def test_a_broken_env_file_is_answered_with_the_line(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("BOT_PORT=5005\n\nthis is no setting\n")
    with pytest.raises(SettingsError, match=r"^Line 3 of \.env "):
        read_env_file(file)


def test_an_env_file_that_is_no_text_is_answered_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(SettingsError, match=r"^\.env cannot be read"):
        read_env_file(file)


def test_workbench_settings_need_no_secrets_and_touch_only_their_folder(tmp_path: Path) -> None:
    assert str(tmp_path) in workbench_settings(tmp_path).database_url
