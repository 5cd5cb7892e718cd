"""Faults of a platform that a test switches on for the next n requests; reached faults are counted."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

FAULTS = (
    "empty_middle_page",
    "code_500",
    "html_challenge",
    "last_page_repeated",
    "total_off",
    "row_inserted_between_pages",
    "columns_renamed",
)
# The column names of the platform after a redesign; the values are the same.
NEW_NAMES = {
    "专利号": "专利编号",
    "成果名称": "名称",
    "转让方": "出让单位",
    "受让方": "受让单位",
    "许可方": "许可单位",
    "被许可方": "被许可单位",
    "登记号": "登记编号",
    "合同登记编号": "合同编号",
    "卖方名称": "出让单位",
    "需求名称": "名称",
    "主办单位": "举办单位",
}


Row = dict[str, Any]


class Faults:
    """Switches by name and feed (``hn_ip_service/supply``; empty: any feed)."""

    def __init__(self) -> None:
        self._armed: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self.reached: Counter[str] = Counter()

    def arm(self, name: str, feed: str = "", times: int = 1) -> None:
        """Switch a fault on for the next requests. Raises KeyError for an unknown fault."""
        if name not in FAULTS:
            raise KeyError(name)
        with self._lock:
            self._armed[name, feed] += times

    def take(self, name: str, feed: str) -> bool:
        """Whether the fault is on for this feed; if so it is counted as reached."""
        with self._lock:
            for key in ((name, feed), (name, "")):
                if self._armed[key] > 0:
                    self._armed[key] -= 1
                    self.reached[name] += 1
                    return True
        return False

    def rows(self, feed: str, rows: list[Row]) -> list[Row]:
        """The rows of one answer, under the new column names while ``columns_renamed`` is on."""
        if not self.take("columns_renamed", feed):
            return rows
        return [{NEW_NAMES.get(name, name): value for name, value in row.items()} for row in rows]

    def state(self) -> dict[str, dict[str, int]]:
        """Requests for which each fault is still on, and how often each was reached."""
        with self._lock:
            waiting = {f"{name} {feed}".strip(): times for (name, feed), times in self._armed.items() if times}
            return {"armed": waiting, "reached": dict(self.reached)}
