"""What readers keep: each text once, as long as it is short."""

from __future__ import annotations

from schemas.errors import Reject
from schemas.fields.memory import LONGEST, remembered
from schemas.source.model import Feed
from schemas.source.reading import Reader


def test_a_short_text_is_read_once_and_a_long_one_each_time() -> None:
    read: list[str] = []

    @remembered(8)
    def reader(text: str, *, ending: str = "") -> str:
        read.append(text)
        return text[:1] + ending

    short, long = "甲" * LONGEST, "乙" * (LONGEST + 1)
    assert [reader(text, ending="。") for text in (short, short, long, long)] == ["甲。", "甲。", "乙。", "乙。"]
    assert read == [short, long, long]


def test_a_text_that_is_refused_is_refused_again() -> None:
    read: list[str] = []

    @remembered(8)
    def reader(text: str) -> str:
        read.append(text)
        raise Reject("unreadable", text)

    for _ in range(2):
        try:
            reader("甲")
        except Reject as refused:
            assert refused.reason == "unreadable"
    assert read == ["甲", "甲"]


def test_two_feeds_that_write_the_same_read_it_each_in_its_own_way() -> None:
    def feed(**said: object) -> Feed:
        fields = {"title": "名称", "owner": "单位", "cooperation_forms": "方式", "budget": "预算"}
        return Feed(kind="demand", phase="open", fields=fields, **said)

    one = feed(units={"budget": "万元"}, values={"cooperation_forms": {"许可": "ordinary"}})
    other = feed(units={"budget": "元"}, split={"cooperation_forms": ("和",)})
    row = {"名称": "求购", "单位": "长沙某某科技有限公司", "方式": "许可、转让", "预算": "5"}
    for _ in range(2):
        first, second = (Reader(each).read(row) for each in (one, other))
        assert first.statements[0].said.cooperation_forms == ("ordinary",)  # type: ignore[attr-defined]
        assert first.unclaimed == ("cooperation_forms=转让",)
        assert first.statements[0].said.budget.low.value == "50000.00"  # type: ignore[attr-defined]
        assert second.statements[0].said.cooperation_forms == ("许可、转让",)  # type: ignore[attr-defined]
        assert (second.unclaimed, second.statements[0].said.budget.low.value) == ((), "5.00")  # type: ignore[attr-defined]
