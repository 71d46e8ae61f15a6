"""A thread of its own for the engine, so that its troubles never stop the web server.

Rasa parses, predicts and (through SQLAlchemy) saves without yielding. In the web server's
loop a hanging model or database would silence every patient, also one in danger. Here the
web server goes on: it can answer health checks and give safety texts while the engine hangs.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class EngineThread:
    """One thread with one event loop. All turns of this process run here, in turn."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="engine", daemon=True)
        self._thread.start()

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Future[T]:
        """Begin `work` in the engine's loop; the result can be awaited in the caller's loop."""
        return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.loop))

    def stop(self, seconds: float = 1.0) -> None:
        """End the loop and wait a little for the thread; a hanging engine is left behind."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(seconds)
