"""Habits of the house that a machine can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import ROOT

MAX_LINES = 400
LONGEST_FUNCTION = 40
ROOMS = ("bot", "actions")
FOREIGN_PATHS = re.compile(r"(?<![\w.])/(root|home|work|tmp)/[A-Za-z.]")
"""A path of somebody's machine; the projects' own paths are relative."""
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError|lorem ipsum)\b")
HIDDEN_TEXT = re.compile(r"password\s*=\s*['\"][^'\"{]{6,}['\"]")
GENERATED = frozenset({"requirements.txt", "requirements-dev.txt"})


def tracked(*suffixes: str) -> Iterator[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.split("\0"):
        path = ROOT / name
        if name and path.is_file() and (not suffixes or path.suffix in suffixes):
            yield path


def modules() -> list[Path]:
    return [p for p in tracked(".py") if p.relative_to(ROOT).parts[0] in ROOMS]


def test_rooms_import_only_what_they_may() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_rooms_do_not_import_each_other_directly() -> None:
    rooms = ("actions", "bot.channels", "bot.console")
    for path in modules():
        here = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        room = next((r for r in rooms if here.startswith(r)), None)
        if room:
            for name in imported(path):
                assert not name.startswith(tuple(r for r in rooms if r != room)), f"{here}: {name}"


def test_only_settings_reads_the_environment() -> None:
    readers = re.compile(r"os\.(getenv|environ\.get|environ\[[^\]]+\](?!\s*=))|load_dotenv")
    for path in modules():
        if path.name != "settings.py":
            assert not readers.search(path.read_text()), path


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module}
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_module_is_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_LINES


def test_functions_are_short() -> None:
    lengths = sorted(length for path in modules() for length in function_lengths(path))
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[len(lengths) * 9 // 10] <= 30


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_function_needs_scrolling(path: Path) -> None:
    if "migrations" not in path.parts:
        assert max(function_lengths(path), default=0) <= LONGEST_FUNCTION


def function_lengths(path: Path) -> Iterator[int]:
    """Lines of each function, without its docstring."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node
            assert node.end_lineno is not None
            yield node.end_lineno - first.lineno + 1


def test_nothing_is_left_to_do() -> None:
    for path in tracked(".py", ".yml", ".js", ".html", ".css", ".md"):
        if path != Path(__file__):
            left = UNFINISHED.search(path.read_text(encoding="utf-8"))
            assert not left, f"{path.relative_to(ROOT)}: {left and left.group()}"


def test_no_path_of_a_machine_and_no_written_password() -> None:
    found = []
    for path in tracked(".py", ".yml", ".md", ".toml", ".in", ".html", ".js", ".css", ""):
        if path.name in GENERATED or path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {m.group()}" for m in FOREIGN_PATHS.finditer(text)]
        if "tests" not in path.parts:
            found += [f"{path.relative_to(ROOT)}" for _ in HIDDEN_TEXT.finditer(text)]
    assert not found


def test_requirements_are_pinned_with_hashes_and_name_no_registry() -> None:
    for name in GENERATED:
        text = (ROOT / name).read_text()
        assert "://" not in re.sub(r"#.*", "", text)
        for block in re.split(r"\n(?=[a-zA-Z0-9])", text):
            if re.match("[a-zA-Z0-9]", block):
                assert re.match(r"[\w.\-\[\],]+==\S+", block), block.splitlines()[0]
                assert "--hash=sha256:" in block, block.splitlines()[0]


def test_both_pin_files_agree() -> None:
    run, dev = (pins(ROOT / name) for name in ("requirements.txt", "requirements-dev.txt"))
    assert run.items() <= dev.items()


def pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.\-\[\],]+)==(\S+)", path.read_text(), re.MULTILINE))


def test_every_direct_dependency_says_why_it_is_there() -> None:
    for name in ("requirements.in", "requirements-dev.in"):
        for line in (ROOT / name).read_text().splitlines():
            if line and not line.startswith(("#", "-r")):
                assert re.search(r"  # \S", line), f"{name}: {line}"
