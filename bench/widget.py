"""`python -m bench.widget`: what the chat costs the page it stands on, in Debian's Chromium.

The demo page is loaded on a phone's screen with the processor slowed down four times, as
Lighthouse does, with the chat in the page, behind its button, and without it. Medians.
"""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from bot.background import serving
from bot.channels.site import STATIC
from bot.settings import use_settings, workbench_settings
from bot.store.database import upgrade

ROUNDS = 9
SLOWER = 4
PAGES = {"in the page": "/", "behind its button": "/launcher", "without the chat": "/launcher"}
COLUMNS = ("first paint", "largest paint", "script", "style and layout", "main thread", "shift")
_OBSERVED = """() => new Promise((done) => {
  const seen = { "first paint": 0, "largest paint": 0, shift: 0 };
  const watch = (type, take) => new PerformanceObserver((l) => l.getEntries().forEach(take))
    .observe({ type, buffered: true });
  watch("paint", (e) => { seen["first paint"] = e.startTime; });
  watch("largest-contentful-paint", (e) => { seen["largest paint"] = e.startTime; });
  watch("layout-shift", (e) => { seen.shift += e.value; });
  setTimeout(() => done(seen), 800);
})"""


def load(browser: Browser, address: str, with_chat: bool) -> dict[str, float]:
    """One load in a fresh profile: milliseconds, and the sum of all layout shifts."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    if not with_chat:
        page.route("**/static/widget.js", lambda route: route.abort())
    devtools = context.new_cdp_session(page)
    devtools.send("Performance.enable")
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="load")
    seen: dict[str, float] = page.evaluate(_OBSERVED)
    told = devtools.send("Performance.getMetrics")["metrics"]
    took = {each["name"]: 1000 * each["value"] for each in told}
    context.close()
    return seen | {
        "script": took["ScriptDuration"],
        "style and layout": took["RecalcStyleDuration"] + took["LayoutDuration"],
        "main thread": took["TaskDuration"],
    }


def main() -> int:
    """Measure and print a table in Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        made = workbench_settings(Path(folder))
        use_settings(made)
        upgrade(made.database_url)
        with serving(made) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
            )
            runs: dict[str, list[dict[str, float]]] = {name: [] for name in PAGES}
            for _ in range(ROUNDS):
                for name, path in PAGES.items():
                    runs[name].append(load(browser, address + path, "without" not in name))
    size = len(gzip.compress((STATIC / "widget.js").read_bytes(), 9))
    print(f"widget.js: {size} bytes gzipped")
    print("| | " + " | ".join(COLUMNS) + " |\n|" + "---|" * (len(COLUMNS) + 1))
    for name, found in runs.items():
        figures = {each: median(one[each] for one in found) for each in COLUMNS}
        shift = f"{figures.pop('shift'):.3f}"
        print(
            f"| {name} | " + " | ".join(f"{f:.0f} ms" for f in figures.values()) + f" | {shift} |"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
