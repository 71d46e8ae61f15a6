"""`make run`: what it prepares, and what it says when it cannot."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot import training, up
from bot.knowledge import KnowledgeError
from bot.settings import Settings, load_settings, new_encryption_key, new_secret_key, read_env_file
from bot.supervisor import Program, Supervisor, SupervisorError


@pytest.mark.security("ASVS-5.0-V13.3.2")
def test_secrets_are_written_for_the_owner_only_and_work(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert up.ensure_env_file(file, {})
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_settings(read_env_file(file))


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    up.ensure_env_file(file, {})
    before = file.read_text()
    assert not up.ensure_env_file(file, {})
    assert file.read_text() == before


def test_what_stands_in_the_file_is_kept(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    key = new_encryption_key()
    file.write_text(f"# ours\nBOT_PORT=6000\nFIELD_ENCRYPTION_KEY={key}\nSECRET_KEY=")
    up.ensure_env_file(file, {})
    assert file.read_text().startswith("# ours\nBOT_PORT=6000\n")
    assert read_env_file(file)["FIELD_ENCRYPTION_KEY"] == key
    assert len(read_env_file(file)["SECRET_KEY"]) >= 32


def test_secrets_of_the_environment_are_not_written_down(tmp_path: Path) -> None:
    given = {"SECRET_KEY": new_secret_key(), "FIELD_ENCRYPTION_KEY": new_encryption_key()}
    assert not up.ensure_env_file(tmp_path / ".env", given)
    assert not (tmp_path / ".env").exists()


def test_a_lost_key_is_not_replaced_while_data_needs_it(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "triage.db").touch()
    with pytest.raises(up.StartError, match=r"^FIELD_ENCRYPTION_KEY is missing"):
        up.ensure_env_file(tmp_path / ".env", {})


def test_a_taken_port_is_named_with_its_setting(settings: Settings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        own = load_settings(
            {
                "SECRET_KEY": settings.secret_key,
                "FIELD_ENCRYPTION_KEY": settings.field_encryption_key,
                "CONSOLE_PORT": port,
            }
        )
        with pytest.raises(up.StartError, match=f"^Port {port} .* CONSOLE_PORT"):
            up.check_port(own, "console")


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "SPACE_MB", 10**12)
    with pytest.raises(up.StartError, match=r"^The disk is full"):
        up.check_space(tmp_path)


def test_a_start_says_what_it_waits_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(up, "SECONDS_BETWEEN_WORDS", -1.0)
    monkeypatch.setattr(up, "_trouble", lambda name, _url: f"the {name} does not answer yet")
    welcome = up._Welcome(settings)
    welcome()
    assert capsys.readouterr().out == "==> 0 seconds: the chat does not answer yet\n"
    assert not welcome.done


def test_wrong_content_stops_a_start_before_anything_is_trained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def wrong() -> None:
        raise KnowledgeError(["knowledge/rules.yml: B4.when: wrong"])

    trained: list[str] = []
    monkeypatch.setattr(up, "ENV_FILE", tmp_path / ".env")
    monkeypatch.setattr(up, "check_port", lambda *_: None)
    monkeypatch.setattr(up, "upgrade", lambda: trained.append("migrated"))
    monkeypatch.setattr(training, "is_fresh", lambda _: False)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: trained.append("trained"))
    for module in (up, training):
        monkeypatch.setattr(module, "sound_knowledge", wrong)
    for start in (up.up, training.ensure_fresh, lambda: training.train(force=True)):
        with pytest.raises(KnowledgeError, match="B4"):
            start()
    assert trained == []


def test_a_program_that_dies_is_started_again_and_stopped_in_the_end(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    script = (
        "import os, pathlib, sys, time\n"
        f"folder = pathlib.Path({str(marks)!r})\n"
        "(folder / str(os.getpid())).touch()\n"
        "sys.exit(9) if len(list(folder.iterdir())) == 1 else time.sleep(60)\n"
    )
    program = Program("helper", [sys.executable, "-c", script])
    supervisor = Supervisor([program], {})
    limit = time.monotonic() + 20

    def stop_after_the_second_start() -> None:
        if len(list(marks.iterdir())) == 2 or time.monotonic() > limit:
            supervisor.stopping.set()

    supervisor.run(each_round=stop_after_the_second_start)
    assert len(list(marks.iterdir())) == 2
    assert program.process is not None
    assert program.process.poll() is not None


def test_a_program_that_keeps_dying_is_given_up() -> None:
    program = Program("helper", [sys.executable, "-c", "raise SystemExit(1)"])
    with pytest.raises(SupervisorError, match="given up"):
        Supervisor([program], {}).run()


def test_wrong_settings_are_not_tried_again() -> None:
    program = Program("helper", [sys.executable, "-c", "raise SystemExit(2)"])
    with pytest.raises(SupervisorError, match="could not start"):
        Supervisor([program], {}).run()
    assert len(program.starts) == 1
