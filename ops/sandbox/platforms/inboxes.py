"""The two platforms that deliver files into inboxes: the gazette's zips by publication day, and weekly workbooks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from ops.sandbox.platforms import files
from ops.sandbox.platforms.shelf import Shelves

GAZETTE, NAVIGATION = "cnipa_gazette", "cn_patent_navigation"
CSV_FEEDS = ("pledge_registrations", "open_licences", "grants")
WORKBOOKS = {
    "evaluations": (
        "可转化专利企业评价表",
        [
            "序号",
            "专利号",
            "专利名称",
            "企业名称",
            "统一社会信用代码",
            "企业地址",
            "评价日期",
            "产业化前景",
            "技术改进需求",
            "产学研合作意愿",
            "评价人",
        ],
    ),
    "enterprises": ("注册企业名录", ["序号", "企业名称", "统一社会信用代码", "企业地址", "注册日期"]),
    "improvement_needs": (
        "技术改进需求清单",
        [
            "序号",
            "需求编号",
            "企业名称",
            "统一社会信用代码",
            "企业地址",
            "专利号",
            "需求名称",
            "需求描述",
            "产业",
            "合作方式",
            "提出日期",
            "专家",
        ],
    ),
}


class Inboxes:
    """The inboxes of both platforms, written from the shelves. A workbook has all rows, so it is written once a flush."""

    def __init__(self, folder: Path, shelves: Shelves) -> None:
        self.folder, self._shelves = folder, shelves
        self._waiting: set[tuple[str, str, str]] = set()

    def bases(self) -> dict[str, str]:
        """The file: address of each platform's folder."""
        return {source: (self.folder / source).absolute().as_uri() for source in (GAZETTE, NAVIGATION)}

    def touch(self, touched: Iterable[tuple[str, str, str]]) -> None:
        """Note changed places (source, feed, file); the next flush writes them."""
        self._waiting.update(place for place in touched if place[0] in (GAZETTE, NAVIGATION))

    def flush(self, today: date) -> int:
        """Write the changed files; gives their number."""
        waiting, self._waiting = self._waiting, set()
        year, week, _ = today.isocalendar()
        written = 0
        for source, feed, place in sorted(waiting):
            shelf = self._shelves[source, feed]
            if source == GAZETTE:
                name, data = f"{place}.zip", gazette_zip(feed, place, shelf.at(place))
            else:
                name, data = (
                    f"{feed}_{year}W{week:02d}.xlsx",
                    workbook(feed, [shelf.rows[record] for record in shelf.order]),
                )
            written += files.put(self.folder / source / feed / name, data)
        return written


def gazette_zip(feed: str, place: str, rows: list[files.Row]) -> bytes:
    """The file of one publication day of one feed."""
    if feed in CSV_FEEDS:
        return files.archive({f"{feed}_{place}.csv": files.gazette_csv(rows)})
    return files.archive({f"CN30LEPRSZH{place}CN00Y.XML": files.gazette_xml(rows)})


def workbook(feed: str, rows: list[files.Row]) -> bytes:
    """All rows of one feed under two heading rows."""
    title, columns = WORKBOOKS[feed]
    return files.workbook(title, rows, columns, groups=True)
