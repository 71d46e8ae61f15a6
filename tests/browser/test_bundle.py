"""The built files are what their source says, small, and need no build to run."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.settings import ROOT

WIDGET = ROOT / "widget"
SERVED = ROOT / "bot" / "channels" / "static"
LIMIT = 20_000
"""Bytes of the widget, gzipped."""


def test_the_widget_is_small(record_property: pytest.RecordProperty) -> None:
    size = len(gzip.compress((SERVED / "widget.js").read_bytes(), 9))
    record_property("bytes", size)
    assert size <= LIMIT


def test_a_fresh_build_equals_the_committed_files(tmp_path: Path) -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("No node here: the built files cannot be compared with their source.")
    copy = tmp_path / "widget"
    shutil.copytree(WIDGET, copy, ignore=shutil.ignore_patterns("node_modules"))
    modules = WIDGET / "node_modules"
    if modules.exists():
        (copy / "node_modules").symlink_to(modules)
    else:
        install = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=copy, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if install.returncode:
            pytest.skip("The build tool cannot be installed here (no package registry).")
    subprocess.run(["node", "build.js", tmp_path / "built"], cwd=copy, check=True)
    for name in ("widget.js", "examples.js"):
        assert (tmp_path / "built" / name).read_bytes() == (SERVED / name).read_bytes()


@pytest.mark.security("ASVS-5.0-V3.2.2")
@pytest.mark.security("ASVS-5.0-V14.2.3")
def test_the_widget_asks_nobody_else_and_makes_no_markup_from_words() -> None:
    for path in sorted((WIDGET / "src").iterdir()):
        text = path.read_text(encoding="utf-8")
        addresses = set(re.findall(r"https?://[\w.]+", text))
        assert addresses <= {"http://www.w3.org", "https://bot.example"}, path.name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)
        assert len(text.splitlines()) <= 400, path.name
