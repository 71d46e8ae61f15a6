"""`make bench`: measures, keeps the raw figures under var/bench, and writes the page."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from bench import page
from bench.measure import QUICK, Plan, measure
from bot.settings import ROOT

PAGE = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"


def main() -> int:
    """Measure and write; `--page` only writes the page again from figures that were kept."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few minutes; writes no page")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench")
    parser.add_argument("--page", type=Path, metavar="FIGURES", help="only write the page anew")
    options = parser.parse_args()
    if options.page:
        page.write(json.loads(options.page.read_text()), PAGE, IMAGES)
        return 0
    found = measure(QUICK if options.quick else Plan(), options.folder)
    figures = options.folder / ("quick.json" if options.quick else "figures.json")
    figures.write_text(json.dumps(found), encoding="utf-8")
    print(page.tables(found))
    if not options.quick:
        page.write(json.loads(figures.read_text()), PAGE, IMAGES)
    print(f"==> {figures}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
