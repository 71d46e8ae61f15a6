"""The real channel over a tiny real model and a real store."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.settings import (
    Rate,
    Settings,
    new_encryption_key,
    new_secret_key,
    quiet_frame,
    use_settings,
)

quiet_frame()
TINY = Path(__file__).parent / "tiny"


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model trained from tests/channels/tiny."""
    from rasa.model_training import train

    folder = tmp_path_factory.mktemp("models")
    result = train(
        domain=str(TINY / "domain.yml"),
        config=str(TINY / "config.yml"),
        training_files=[str(TINY / "data.yml")],
        output=str(folder),
        fixed_model_name="tiny",
        force_training=True,
    )
    assert result.code == 0
    return folder


@pytest.fixture
def settings(tmp_path: Path, tiny_models: Path) -> Settings:
    """Settings of one bot with a migrated database of its own."""
    from bot.store.database import upgrade

    made = Settings(
        secret_key=new_secret_key(),
        field_encryption_key=new_encryption_key(),
        database_url=f"sqlite:///{tmp_path / 'bot.db'}",
        model_dir=tiny_models,
        allowed_origins=("https://clinic.example",),
        rate_conversation=(Rate(20, 60),),
    )
    use_settings(made)
    upgrade(made.database_url)
    return made


@pytest.fixture
def agent(settings: Settings) -> Any:
    """The tiny engine with the misbehaving actions in its process."""
    from bot.engine import load_agent
    from bot.inprocess import InProcessActions
    from bot.store.locks import ClinicLockStore
    from bot.store.tracker_store import ClinicTrackerStore

    store = ClinicTrackerStore(None, url=settings.database_url)
    actions = InProcessActions("tests.channels.tiny_actions")
    return load_agent(settings, store, ClinicLockStore(), actions)


def danger(text: str) -> str | None:
    """Stands for the sentinel: what matters here is what the channel makes of it."""
    return "utter_emergency_general" if "chest" in text else None


@pytest.fixture
def address(settings: Settings, agent: Any) -> Iterator[str]:
    """Where the bot's server listens."""
    from bot.background import serving

    with serving(settings, agent, danger) as url:
        yield url


class Client:
    """A patient's browser."""

    def __init__(self, address: str, token: str | None = None) -> None:
        self.api = f"{address}/webhooks/web"
        self.token = token
        self.conversation_id = ""

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        headers = more.pop("headers", {})
        if self.token:
            headers = {"Authorization": f"Bearer {self.token}"} | headers
        return requests.request(
            method, f"{self.api}/{path}", json=body, headers=headers, timeout=30, **more
        )

    def begin(self) -> dict[str, Any]:
        answer = self.call("POST", "sessions", {})
        assert answer.status_code == 201, answer.text
        session: dict[str, Any] = answer.json()
        self.token, self.conversation_id = session["token"], session["conversation_id"]
        return session

    def say(self, text: str, message_id: str | None = None) -> requests.Response:
        return self.call("POST", "messages", {"id": message_id or new_id(), "text": text})

    def press(self, payload: str, label: str = "") -> requests.Response:
        body = {"id": new_id(), "payload": payload, "label": label}
        return self.call("POST", "messages", body)

    def transcript(self, after: int = 0) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = self.call("GET", f"messages?after={after}").json()[
            "messages"
        ]
        return messages


@pytest.fixture
def client(address: str) -> Client:
    """A browser with a conversation."""
    browser = Client(address)
    browser.begin()
    return browser


def new_id() -> str:
    return str(uuid.uuid4())
