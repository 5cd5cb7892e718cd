"""Sites: lists of notices (index.html, index_1.html, …), a page for each notice, and the workbook attached to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from ops.sandbox.platforms.files import workbook
from ops.sandbox.platforms.shelf import Shelf, Shelves
from ops.sandbox.platforms.web import Answer
from ops.sandbox.rows.party_lists import OFFICIAL_LISTS
from ops.sandbox.rows.reports import PARKS
from ops.sandbox.rows.rows import CENTRES

NOTICES_A_PAGE = 20
CUT_AFTER = 16  # characters of a title that a list shows; its attribute has the whole
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """One list of a site.

    ``sheet``: columns of the attached workbook whose rows are the notice's. ``cells``: without a workbook, the class of
    each cell of the notice's table and the column it shows. ``title``: of the notice by its name and first row.
    """

    feed: str
    title: Callable[[str, Row], str]
    sheet: Sequence[str] = ()
    sheet_title: str = ""
    cells: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Site:
    """A platform of notices; ``columns`` by their folder, ``charset`` as the pages are written."""

    source: str
    columns: Mapping[str, Column]
    charset: str = "utf-8"

    def answer(self, shelves: Shelves, path: str) -> Answer:
        """The list, notice or workbook at a path."""
        folder, _, file = path.strip("/").partition("/")
        column = self.columns.get(folder)
        if column is None:
            return self._page("404", "404", status=404)
        shelf = shelves[self.source, column.feed]
        stem, _, suffix = file.rpartition(".")
        if stem in shelf.by_place and suffix == "xlsx":
            return Answer(workbook(column.sheet_title, shelf.at(stem), column.sheet, groups=False), 200, WORKBOOK)
        if stem in shelf.by_place:
            return self._notice(folder, column, stem, shelf)
        return self._list(folder, column, stem, shelf)

    def _list(self, folder: str, column: Column, stem: str, shelf: Shelf) -> Answer:
        """One page of the list, the newest notices first."""
        digits = "0" if stem == "index" else stem.removeprefix("index_")
        number = int(digits) if digits.isdigit() else -1
        newest = [place for place in reversed(shelf.by_place) if shelf.by_place[place]]
        shown = newest[number * NOTICES_A_PAGE : (number + 1) * NOTICES_A_PAGE] if number >= 0 else []
        if not shown and number != 0:
            return self._page("404", "404", status=404)
        items = ""
        for one in shown:
            title = column.title(one, shelf.at(one)[0])
            items += (
                f'<li><a href="/{folder}/{one}.html" data-docid="{one}" title="{escape(title)}">'
                f"{escape(title[:CUT_AFTER])}...</a><span>{posted(one)}</span></li>\n"
            )
        return self._page("样例栏目", f'<ul class="list">\n{items}</ul>{"" if items else "暂无内容"}')

    def _notice(self, folder: str, column: Column, notice: str, shelf: Shelf) -> Answer:
        row = shelf.at(notice)[0]
        if column.sheet:
            body = f'<p>样例数据。</p><a href="/{folder}/{notice}.xlsx">附件：{column.sheet_title}.xlsx</a>'
        else:
            lines = "".join(
                f'<tr><th>{name}</th><td class="{mark}">{escape(str(row[name]))}</td></tr>'
                for mark, name in column.cells
            )
            body = f"<table>{lines}</table>"
        return self._page(escape(column.title(notice, row)), body)

    def _page(self, title: str, body: str, *, status: int = 200) -> Answer:
        """A page in the site's charset, which only the page itself declares where it is not UTF-8."""
        is_utf8 = self.charset == "utf-8"
        meta = "" if is_utf8 else f'<meta charset="{self.charset}">'
        text = f"<html><head>{meta}<title>{title}</title></head><body>{body}</body></html>"
        return Answer(text.encode(self.charset), status, "text/html;charset=utf-8" if is_utf8 else "text/html")


def posted(notice: str) -> str:
    """The day in a notice's name: t20261130_0001 → 2026-11-30."""
    return f"{notice[1:5]}-{notice[5:7]}-{notice[7:9]}"


def named(text: str) -> Callable[[str, Row], str]:
    """Titles of one wording, with the month of the notice."""
    return lambda notice, row: text.format(month=f"{notice[1:5]}年{int(notice[5:7])}月")


def by(column: str) -> Callable[[str, Row], str]:
    """Titles that a column of the notice's row holds."""
    return lambda notice, row: str(row[column])


TITLE = by("成果名称")
RESULT = (
    ("cg", "成果名称"),
    ("zl", "专利号"),
    ("dw", "单位"),
    ("dz", "单位地址"),
    ("wc", "完成人"),
    ("gs", "公示日期"),
)
SALE = (("sr", "受让方"), ("sd", "受让方地址"), ("jg", "拟交易价格"))
LICENCE = (
    ("sr", "被许可方"),
    ("sd", "被许可方地址"),
    ("fs", "许可方式"),
    ("qd", "合同签订日期"),
    ("jg", "许可费用"),
)
CONTRIBUTION = (
    ("qy", "被投资企业"),
    ("qd", "企业地址"),
    ("jg", "作价金额"),
    ("gf", "持股比例"),
    ("zt", "状态"),
    ("dj", "登记日期"),
)
UNIVERSITY = {
    "zlzr": Column("transfers", TITLE, cells=(*RESULT, *SALE)),
    "zlxk": Column("licences", TITLE, cells=(*RESULT, *LICENCE)),
    "zjtz": Column("equity", TITLE, cells=(*RESULT, *CONTRIBUTION)),
}
MONTH = ("序号", "地区", "统计月份", "当月累计", "单位")
PARK = {
    "qyxq": Column(
        "demands",
        named("园区企业技术需求征集结果（{month}，样例）"),
        (
            "序号",
            "企业名称",
            "统一社会信用代码",
            "企业地址",
            "需求名称",
            "需求描述",
            "产业",
            "合作方式",
            "预算",
            "提出日期",
            "联系人",
        ),
        "企业技术需求",
    )
}
CENTRE = {
    "babq": Column(
        "filed_enterprises",
        named("关于公布快速预审备案主体名单的通知（{month}，样例）"),
        ("序号", "单位名称", "统一社会信用代码", "单位地址", "批次", "备案日期", "联系人"),
        "备案主体名单",
    ),
    "hdtz": Column(
        "activities",
        by("活动名称"),
        cells=(
            ("hdmc", "活动名称"),
            ("zbdw", "主办单位"),
            ("jbrq", "举办日期"),
            ("dd", "地点"),
            ("cy", "产业"),
        ),
    ),
}
SITES = {
    site.source: site
    for site in (
        *(Site(centre, CENTRE) for centre in CENTRES),
        Site(
            "open_licence_zone",
            {
                "kfxk": Column(
                    "declarations",
                    named("湖南省专利开放许可专利清单（{month}，样例）"),
                    (
                        "序号",
                        "专利号",
                        "专利名称",
                        "专利类型",
                        "专利权人",
                        "许可使用费",
                        "许可期限",
                        "声明公告日",
                        "联系人",
                        "联系电话",
                    ),
                    "开放许可专利清单",
                ),
                "kfxkch": Column(
                    "withdrawals",
                    named("湖南省专利开放许可撤回清单（{month}，样例）"),
                    ("序号", "专利号", "专利权人", "撤回公告日"),
                    "开放许可撤回清单",
                ),
            },
        ),
        Site("univ_csu", UNIVERSITY, charset="gbk"),
        Site("univ_hnu", UNIVERSITY),
        Site("univ_xtu", UNIVERSITY, charset="gb18030"),
        Site(
            "hn_bureau_tables",
            {
                "sjfb": Column("grants", named("{month}各市州专利授权量（样例）"), MONTH, "各市州专利授权量"),
                "yxfm": Column(
                    "valid_inventions",
                    named("{month}各市州有效发明专利拥有量（样例）"),
                    MONTH,
                    "各市州有效发明专利拥有量",
                ),
            },
        ),
        Site(
            "hn_statistics",
            {
                "zlmjx": Column(
                    "added_value",
                    named("专利密集型产业增加值数据公告（{month}，样例）"),
                    cells=(("zb", "指标"), ("dq", "地区"), ("nd", "年度"), ("sz", "数值"), ("dw", "单位")),
                )
            },
        ),
        Site(
            "navigation_reports",
            {
                "dhxm": Column(
                    "projects",
                    by("项目名称"),
                    cells=(
                        ("bh", "项目编号"),
                        ("mc", "项目名称"),
                        ("cd", "承担单位"),
                        ("cy", "产业"),
                        ("lx", "立项日期"),
                        ("jt", "结题日期"),
                        ("zt", "状态"),
                        ("fz", "项目负责人"),
                    ),
                )
            },
        ),
        Site(
            "matching_activities",
            {
                "yyyd": Column(
                    "activities",
                    by("活动名称"),
                    cells=(
                        ("mc", "活动名称"),
                        ("zb", "主办单位"),
                        ("sj", "举办时间"),
                        ("dd", "活动地点"),
                        ("cy", "涉及产业"),
                        ("yx", "达成意向"),
                        ("qy", "签约项目"),
                    ),
                ),
                "yyyl": Column(
                    "roadshows",
                    by("路演名称"),
                    cells=(
                        ("ly", "路演名称"),
                        ("zb", "主办单位"),
                        ("sj", "路演时间"),
                        ("dd", "路演地点"),
                        ("lian", "产业链"),
                        ("xm", "路演项目数"),
                        ("ren", "路演人"),
                    ),
                ),
            },
        ),
        *(Site(park, PARK) for park in PARKS),
        Site(
            "party_lists",
            {
                folder: Column(
                    feed,
                    named(f"关于公布{OFFICIAL_LISTS[feed][0]}名单的通知（{{month}}，样例）"),
                    ("序号", "企业名称", "统一社会信用代码", "所在地", "批次", "认定日期", "有效期至"),
                    "企业名单",
                )
                for folder, feed in (
                    ("gqrd", "high_tech"),
                    ("ysqy", "demonstration"),
                    ("xjr", "little_giants"),
                    ("ybqy", "cultivation"),
                )
            },
        ),
    )
}
