"""Faults that a test may switch on for the next n requests; each counts how often it was reached."""

from __future__ import annotations

import threading
from collections import Counter

FAULTS = (
    "empty_middle_page",
    "code_500",
    "html_challenge",
    "last_page_repeated",
    "total_off",
    "row_inserted_between_pages",
)


class Faults:
    """Switches by name and feed (``hn_ip_service/supply``; empty: any feed)."""

    def __init__(self) -> None:
        self._armed: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self.reached: Counter[str] = Counter()

    def arm(self, name: str, feed: str = "", times: int = 1) -> None:
        """Raises KeyError for a fault that nobody knows."""
        if name not in FAULTS:
            raise KeyError(name)
        with self._lock:
            self._armed[name, feed] += times

    def take(self, name: str, feed: str) -> bool:
        """The fault is on for this feed: it happens now, and is counted."""
        with self._lock:
            for key in ((name, feed), (name, "")):
                if self._armed[key] > 0:
                    self._armed[key] -= 1
                    self.reached[name] += 1
                    return True
        return False

    def state(self) -> dict[str, dict[str, int]]:
        with self._lock:
            waiting = {f"{name} {feed}".strip(): times for (name, feed), times in self._armed.items() if times}
            return {"armed": waiting, "reached": dict(self.reached)}
