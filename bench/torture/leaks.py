"""Looks for canary words where no word of a patient may stand."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.torture.bots import Bots
from bench.torture.patients import Journal
from bench.torture.report import Trial, say


def trial(name: str, bots: Bots, journals: Sequence[Journal], canaries: Sequence[str],
          known: str) -> Trial:  # fmt: skip
    """`known`: the id of a conversation, which a backup must hold, or nothing was looked at."""
    trial = Trial(f"canary words ({name})")
    say(f"{trial.name}: {len(canaries)}")
    places = {"log": [bots.log], "temporary files": list(_files(bots.folder / "tmp"))}
    found = {where: _hits(_bytes(files), canaries) for where, files in places.items()}
    found["bodies of refusals"] = _hits([b for j in journals for b in j.bodies], canaries)
    found["figures"] = _hits([bots.figures().encode()], canaries)
    stored = [_database(bots), _backup(bots)]
    found["database and backup"] = _hits(stored, canaries)
    trial.add("canary words said", len(canaries))
    for where, hits in found.items():
        trial.add(f"found in {where}", hits, "0", hits == 0)
    seen = all(known.encode() in each for each in stored)
    trial.add("database and backup could be read", seen, "True", seen)
    return trial


def _hits(texts: Sequence[bytes], canaries: Sequence[str]) -> int:
    whole = b"\n".join(texts).lower()
    return sum(canary.encode() in whole for canary in canaries)


def _bytes(files: Sequence[Path]) -> list[bytes]:
    return [file.read_bytes() for file in files if file.is_file()]


def _files(folder: Path) -> Iterator[Path]:
    return folder.rglob("*")


def _database(bots: Bots) -> bytes:
    if bots.redis_url:
        return _run("pg_dump", bots.database_url)
    path = Path(bots.database_url.removeprefix("sqlite:///"))
    return b"\n".join(_bytes(sorted(path.parent.glob(path.name + "*"))))


def _backup(bots: Bots) -> bytes:
    folder = bots.folder / "backup"
    bots.command("-m", "bot.store.backup", "backup", str(folder))
    (file,) = (each for each in folder.iterdir() if each.suffix in (".sqlite", ".dump"))
    return _run("pg_restore", "-f", "-", str(file)) if bots.redis_url else file.read_bytes()


def _run(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout
