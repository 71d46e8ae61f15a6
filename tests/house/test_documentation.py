"""Every setting and every command is documented where people look."""

from __future__ import annotations

import re

import pytest

from bot.settings import NAMES, ROOT, SECRETS, load_settings, new_encryption_key, new_secret_key
from bot.settings import read_env_file as read


@pytest.mark.parametrize("name", NAMES)
def test_setting_is_explained_in_the_example_and_in_the_readme(name: str) -> None:
    assert re.search(rf"^(# )?{name}=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert f"`{name}`" in (ROOT / "README.md").read_text()


def test_example_shows_the_defaults() -> None:
    secrets = {"SECRET_KEY": new_secret_key(), "FIELD_ENCRYPTION_KEY": new_encryption_key()}
    example = read(ROOT / ".env.example")
    assert set(example).isdisjoint(SECRETS)
    assert load_settings(secrets | example) == load_settings(secrets)


def test_every_target_of_the_makefile_explains_itself() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    explained = set(re.findall(r"^([a-z]+):.*## .+", makefile, re.MULTILINE))
    assert targets == explained
    assert {"run", "test", "check", "train", "evaluate", "help"} <= targets
