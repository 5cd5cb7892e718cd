"""The platforms that deliver files into inboxes: the gazette's zips by publication day, workbooks, and tables in GB18030."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ops.sandbox.platforms import files
from ops.sandbox.platforms.hostile import Hostile
from ops.sandbox.platforms.shelf import Shelf, Shelves
from ops.sandbox.rows.catalogues import CHAINS
from ops.sandbox.rows.printing import INDUSTRY_NAMES

GAZETTE, NAVIGATION = "cnipa_gazette", "cn_patent_navigation"
CSV_FEEDS = ("pledge_registrations", "open_licences", "grants")


@dataclass(frozen=True)
class Zip:
    """The gazette's file of one publication day of one feed."""

    def render(self, feed: str, place: str, shelf: Shelf, today: date) -> tuple[str, bytes]:
        return f"{place}.zip", gazette_zip(feed, place, shelf.at(place))


@dataclass(frozen=True)
class Snapshot:
    """A workbook of all rows, written anew each week under another name; ``groups``: with two heading rows."""

    title: str
    columns: Sequence[str]
    groups: bool = True

    def render(self, feed: str, place: str, shelf: Shelf, today: date) -> tuple[str, bytes]:
        year, week, _ = today.isocalendar()
        rows = [shelf.rows[record] for record in shelf.order]
        return f"{feed}_{year}W{week:02d}.xlsx", files.workbook(self.title, rows, self.columns, groups=self.groups)


@dataclass(frozen=True)
class Monthly:
    """One workbook a month; a row that is added or changed later makes a new edition of its month."""

    title: str
    columns: Sequence[str]

    def render(self, feed: str, place: str, shelf: Shelf, today: date) -> tuple[str, bytes]:
        return f"{place}.xlsx", files.workbook(self.title, shelf.at(place), self.columns, groups=False)


@dataclass(frozen=True)
class Table:
    """A CSV in GB18030 that does not declare it; ``whole``: all rows each week, else one file a place.

    ``renamed``: headings that are written otherwise every other week. ``headed``: there is a row of headings.
    """

    columns: Sequence[str]
    whole: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)
    headed: bool = True

    def render(self, feed: str, place: str, shelf: Shelf, today: date) -> tuple[str, bytes]:
        year, week, _ = today.isocalendar()
        if not self.whole:
            return f"{place}.csv", files.table(shelf.at(place), self.columns, headed=self.headed)
        words = self.renamed if week % 2 else {}
        rows = [{words.get(name, name): value for name, value in shelf.rows[record].items()} for record in shelf.order]
        return f"{feed}_{year}W{week:02d}.csv", files.table(rows, [words.get(name, name) for name in self.columns])


Form = Zip | Snapshot | Monthly | Table
FORMS: dict[tuple[str, str], Form] = {
    **{(GAZETTE, feed): Zip() for feed in ("transfers", "licence_recordals", "legal_status", *CSV_FEEDS)},
    (NAVIGATION, "evaluations"): Snapshot(
        "可转化专利企业评价表",
        (
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
        ),
    ),
    (NAVIGATION, "enterprises"): Snapshot(
        "注册企业名录", ("序号", "企业名称", "统一社会信用代码", "企业地址", "注册日期")
    ),
    (NAVIGATION, "improvement_needs"): Snapshot(
        "技术改进需求清单",
        (
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
        ),
    ),
}
FORMS |= {
    ("tech_contracts", "contracts"): Monthly(
        "技术合同认定登记表（单位：万元）",
        (
            "序号",
            "合同登记编号",
            "项目名称",
            "合同类别",
            "卖方名称",
            "卖方性质",
            "卖方代码",
            "卖方地址",
            "买方名称",
            "买方性质",
            "买方地址",
            "知识产权类型",
            "专利号",
            "合同成交额",
            "技术交易额",
            "签订日期",
            "认定登记日",
            "状态",
        ),
    ),
    ("bank_pledges", "loans"): Table(
        (
            "贷款合同号",
            "借款人",
            "统一社会信用代码",
            "借款人地址",
            "贷款银行",
            "专利号",
            "质押登记号",
            "质押登记日",
            "贷款金额",
            "评估价值",
            "是否普惠",
            "放款日期",
            "客户经理",
        )
    ),
    ("patent_products", "filings"): Snapshot(
        "专利产品备案清单",
        (
            "序号",
            "备案编号",
            "企业名称",
            "统一社会信用代码",
            "企业地址",
            "产品名称",
            "产品型号",
            "产业",
            "对应专利号",
            "备案日期",
            "认定日期",
            "状态",
            "年销售收入",
        ),
    ),
    ("inventory_reports", "inventories"): Monthly(
        "存量专利盘点情况统计表（单位：件）",
        (
            "序号",
            "高校院所",
            "统一社会信用代码",
            "截止日期",
            "有效专利件数",
            "已盘点件数",
            "盘点率",
            "已转化件数",
        ),
    ),
    ("risk_compensation", "compensations"): Monthly(
        "风险补偿与质物处置情况表（单位：万元）",
        (
            "序号",
            "补偿编号",
            "质押登记号",
            "专利号",
            "出质人",
            "质权人",
            "补偿金额",
            "补偿日期",
            "质物处置方式",
            "质物处置日期",
        ),
    ),
    ("project_declarations", "declarations"): Table(
        ("专利号", "专利名称", "项目编号", "项目名称", "承担单位", "发明人", "声明日期", "申请前评估"), headed=False
    ),
    ("university_alliance", "catalogue"): Table(
        (
            "专利号",
            "成果名称",
            "所属高校",
            "高校地址",
            "产业领域",
            "转化方式",
            "意向价格",
            "入库日期",
            "发明人",
            "联系电话",
        ),
        whole=True,
        renamed={"成果名称": "专利名称", "所属高校": "单位", "意向价格": "意向价（万元）"},
    ),
}
for _centre, _industry in CHAINS.items():
    FORMS[_centre, "patent_pool"] = Snapshot(
        f"{INDUSTRY_NAMES[_industry]}产业专利池",
        ("序号", "专利号", "专利名称", "专利权人", "专利权人地址", "入池日期"),
        groups=False,
    )
    FORMS[_centre, "members"] = Snapshot(
        "成员单位名单", ("序号", "单位名称", "统一社会信用代码", "单位地址", "加入日期"), groups=False
    )
SOURCES = tuple(dict.fromkeys(source for source, _ in FORMS))


class Inboxes:
    """The inboxes of all these platforms, written from the shelves. A file with all rows is written once a flush.

    A hostile platform puts a file there damaged first; the next flush puts it whole.
    """

    def __init__(self, folder: Path, shelves: Shelves, hostile: Hostile | None = None) -> None:
        self.folder, self._shelves, self._hostile = folder, shelves, hostile or Hostile(0)
        self._waiting: set[tuple[str, str, str]] = set()
        for source, feed in FORMS:
            (folder / source / feed).mkdir(parents=True, exist_ok=True)

    def bases(self) -> dict[str, str]:
        """The file: address of each platform's folder."""
        return {source: (self.folder / source).absolute().as_uri() for source in SOURCES}

    def touch(self, touched: Iterable[tuple[str, str, str]]) -> None:
        """Note changed places (source, feed, file); the next flush writes them."""
        self._waiting.update(place for place in touched if place[:2] in FORMS)

    def flush(self, today: date) -> int:
        """Write the changed files; gives their number."""
        waiting, self._waiting = self._waiting, set()
        written = 0
        for source, feed, place in sorted(waiting):
            name, data = FORMS[source, feed].render(feed, place, self._shelves[source, feed], today)
            if spoilt := self._hostile.file(source, data):
                self._waiting.add((source, feed, place))
            written += files.put(self.folder / source / feed / name, *(spoilt or (data,)))
        return written


def gazette_zip(feed: str, place: str, rows: list[files.Row]) -> bytes:
    """The file of one publication day of one feed."""
    if feed in CSV_FEEDS:
        return files.archive({f"{feed}_{place}.csv": files.gazette_csv(rows)})
    return files.archive({f"CN30LEPRSZH{place}CN00Y.XML": files.gazette_xml(rows)})
