"""Trains the dialogue model when it is older than what it is made from."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from bot import logs
from bot.knowledge import sound_knowledge
from bot.settings import ENV_FILE, ROOT, read_environment

MODEL_NAME = "triage.tar.gz"
MANIFEST = "manifest.json"
INPUTS = (
    "domain.yml",
    "config.yml",
    "data/**/*.yml",
    "knowledge/**/*.yml",
    "bot/nlu/**/*.py",
    "bot/policies/**/*.py",
    "requirements.txt",
)
"""What a model is made from, as patterns from the project's root."""
USUAL_SECONDS = 20


class TrainingError(Exception):
    """The model could not be trained. The message is one sentence."""


def train(*, force: bool = False) -> int:
    """Train unless the model is up to date; 0 when there is a fresh model in the end.

    Raises KnowledgeError when what it is made from is wrong, TrainingError.
    """
    folder = model_folder()
    sound_knowledge()
    if not force and is_fresh(folder):
        print(f"The model is up to date: {folder / MODEL_NAME}")
        return 0
    fingerprint = inputs_fingerprint()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as workshop:
        with _progress("Training the model"):
            made = _train_in(Path(workshop))
        _publish(made, folder, fingerprint)
    print(f"The model is ready: {folder / MODEL_NAME}")
    return 0


def ensure_fresh() -> None:
    """Train if needed, in a process of its own: the frame's trainers need not stay in memory.

    What it says goes to standard error. Raises KnowledgeError, TrainingError.
    """
    if is_fresh(model_folder()):
        return
    sound_knowledge()
    command = [sys.executable, "-m", "bot", "train"]
    if subprocess.run(command, cwd=ROOT, check=False, stdout=sys.stderr).returncode != 0:
        raise TrainingError("The model could not be trained: see the lines above.")


def model_folder() -> Path:
    """Where the model lives; needs no secrets, unlike the whole settings."""
    return ROOT / (read_environment(ENV_FILE).get("MODEL_DIR", "").strip() or "models")


def is_fresh(folder: Path) -> bool:
    """True when the model is there, whole, and made from today's inputs."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return bool(
            manifest["inputs"] == inputs_fingerprint()
            and manifest["model_sha256"] == file_hash(folder / MODEL_NAME)
        )
    except (OSError, ValueError, KeyError):
        return False


def inputs_fingerprint(root: Path = ROOT) -> str:
    """Hash over the paths and contents of everything a model is made from."""
    digest = hashlib.sha256()
    for path in sorted({p for pattern in INPUTS for p in root.glob(pattern) if p.is_file()}):
        digest.update(f"{path.relative_to(root)}\0{file_hash(path)}\n".encode())
    return digest.hexdigest()


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _train_in(workshop: Path) -> Path:
    logs.configure(logging.ERROR, plain=True)
    from rasa.model_training import train as rasa_train
    from rasa.shared.exceptions import RasaException

    said = io.StringIO()
    try:
        with _inside(ROOT), contextlib.redirect_stdout(said):
            result = rasa_train(
                domain="domain.yml",
                config="config.yml",
                training_files=["data"],
                output=str(workshop),
                fixed_model_name=MODEL_NAME.partition(".")[0],
                force_training=True,
            )
    except RasaException as error:
        raise TrainingError(f"The model could not be trained: {_on_one_line(error)}") from error
    if result.code != 0 or not result.model:
        raise TrainingError(f"The model could not be trained: {said.getvalue().strip()}")
    return Path(result.model)


def _on_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _publish(made: Path, folder: Path, fingerprint: str) -> None:
    manifest = {"inputs": fingerprint, "model": MODEL_NAME, "model_sha256": file_hash(made)}
    # Without a manifest the model counts as old, so a crash between the two is harmless.
    (folder / MANIFEST).unlink(missing_ok=True)
    shutil.move(made, folder / MODEL_NAME)
    draft = folder / f".{MANIFEST}"
    draft.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    draft.replace(folder / MANIFEST)


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextlib.contextmanager
def _progress(text: str) -> Iterator[None]:
    """A bar that shows the seconds, against the usual time, while the body runs."""
    done = threading.Event()
    shape = "{desc} {elapsed} |{bar:30}|"
    with tqdm(total=USUAL_SECONDS, desc=text, bar_format=shape, mininterval=0.9) as bar:
        ticker = threading.Thread(target=_tick, args=(bar, done), daemon=True)
        ticker.start()
        try:
            yield
        finally:
            done.set()
            ticker.join()
            bar.update(USUAL_SECONDS - bar.n)


def _tick(bar: tqdm, done: threading.Event) -> None:  # type: ignore[type-arg]
    begin = time.monotonic()
    while not done.wait(1):
        elapsed = min(time.monotonic() - begin, USUAL_SECONDS - 1)
        bar.update(int(elapsed) - bar.n)
