"""Words of real lists, gazettes and exports, each with its right reading; each stands for its whole kind."""

from __future__ import annotations

import pytest

from schemas.errors import Reject
from schemas.fields.date import read_date
from schemas.fields.party import is_person_key, read_party, split_parties
from schemas.fields.patent_number import patent_check, read_patent_number
from schemas.fields.place import region_of
from schemas.fields.size import sme_by_size
from schemas.gazette.announcement import read_announcement
from schemas.gazette.grammar import meaning_of
from schemas.gazette.statements import announced
from schemas.gazette.wrapper import split_wrapper
from schemas.kinds.supply import Supply
from schemas.source.model import Feed
from schemas.source.reading import Reader
from tests.examples import A


def parties(cell: str) -> list[tuple[str, str]]:
    return [(party.name, party.party_type) for party in map(read_party, split_parties(cell))]


@pytest.mark.parametrize(
    ("cell", "masked"),
    [
        ("胡某勇，刘某晴，于某", ["胡*", "刘*", "于*"]),
        ("张三,李四", ["张*", "李*"]),
        ("张三/李四", ["张*", "李*"]),
        ("张三和李四", ["张*", "李*"]),
        ("张三 李四 王五", ["张*", "李*", "王*"]),
        ("张三等3人", ["张*"]),
        ("克某-迪某·贝某", ["克*"]),
        ("克某•贝某", ["克*"]),
        ("克某・贝某", ["克*"]),
        ("克某‧贝某", ["克*"]),
        ("买买提吐尔逊", ["买*"]),
        ("扎西次仁多吉", ["扎*"]),
        ("佐藤健太郎一", ["佐*"]),
        ("丹某尔 S 瑞某", ["丹*"]),
        ("J 肯某", ["J*"]),
        ("约某·史某（美国）", ["约*"]),
        ("陈某某(香港)", ["陈*"]),
        ("JOHN SMITH", ["J*"]),
        ("Smith, John", ["S*"]),
        ("张小*", ["张*"]),
        ("王大学", ["王*"]),  # inventors of the gazette whose names end like an organisation's
        ("朱定局", ["朱*"]),
        ("石化院", ["石*"]),  # an institute's short name, or a person's: in doubt a person
        ("张三 长沙样例有限公司", ["张*", "长沙样例有限公司"]),
        ("买买提吐尔逊，长沙样例有限公司", ["买*", "长沙样例有限公司"]),
    ],
)
def test_a_holder_without_the_mark_of_an_organisation_is_masked(cell: str, masked: list[str]) -> None:
    found = [read_party(name) for name in split_parties(cell)]
    assert [party.name for party in found] == masked
    assert all(
        is_person_key(party.key) == (party.party_type == "individual") == party.name.endswith("*") for party in found
    )


@pytest.mark.parametrize(
    "name", ["基石药业", "益安药业", "Pfizer Ireland Pharmaceuticals", "空中客车", "样例云计算平台"]
)
def test_a_firm_by_its_trade_is_no_person(name: str) -> None:
    assert read_party(name).name == name


def test_a_platforms_type_and_a_credit_code_prove_a_firm_that_its_name_does_not() -> None:
    code = "91430100712159116H"
    assert read_party("欧莱雅").name == "欧*"
    assert read_party("欧莱雅", stated_type="企业").name == "欧莱雅"
    assert read_party("欧莱雅", credit_code=code).name == "欧莱雅"
    assert read_party("张小*", stated_type="企业").name == "张*"  # a star was put there to hide a person


@pytest.mark.parametrize(
    ("cell", "right"),
    [
        (
            "湖南工业大学，长沙睿牵电气科技有限公司",
            [("湖南工业大学", "university"), ("长沙睿牵电气科技有限公司", "enterprise")],
        ),
        (
            "深圳市疾病预防控制中心(深圳市卫生检验中心、深圳市预防医学研究所)",
            [("深圳市疾病预防控制中心(深圳市卫生检验中心、深圳市预防医学研究所)", "public_body")],
        ),
        ("仲恺农业工程学\n院", [("仲恺农业工程学院", "university")]),
        (
            "丰田自动车株式会社; 古斯塔夫 埃菲尔大学",
            [("丰田自动车株式会社", "enterprise"), ("古斯塔夫 埃菲尔大学", "university")],
        ),
        ("罗伯特 博世有限公司", [("罗伯特 博世有限公司", "enterprise")]),
        ("惠普发展公司，有限责任合伙企业", [("惠普发展公司，有限责任合伙企业", "enterprise")]),
        ("不适用", []),
        ("广西科学院", [("广西科学院", "research_institute")]),
        ("中国科学院", [("中国科学院", "research_institute")]),
        ("山东省农业科学院", [("山东省农业科学院", "research_institute")]),
        ("湖南省社会科学院", [("湖南省社会科学院", "research_institute")]),
        (
            "中国航空工业集团公司沈阳飞机设计研究所",
            [("中国航空工业集团公司沈阳飞机设计研究所", "research_institute")],
        ),
        (
            "中国航天科技集团公司第五研究院第五一三研究所",
            [("中国航天科技集团公司第五研究院第五一三研究所", "research_institute")],
        ),
    ],
)
def test_a_cell_of_parties_is_cut_where_names_end(cell: str, right: list[tuple[str, str]]) -> None:
    assert parties(cell) == right


def test_a_patents_number_is_no_party() -> None:
    with pytest.raises(Reject) as refused:
        read_party("ZL202122853482.3")
    assert refused.value.reason == "party_name_missing"


@pytest.mark.parametrize(
    ("cell", "events"),
    [
        (
            "2 203883931 2014.10.15 授权 授权\n\n2020.02.07 专利权的转移 专利权的转移\n登记生效日:20200113\n变更事项:专利权人\n"
            "变更前权利人:甲有限公司\n变更后权利人:乙有限公司",
            [("granted", "2014-10-15"), ("recorded", "2020-02-07")],
        ),
        (
            "2013.04.17 著录事项变更 著录事项变更\n变更事项:地址\n变更前:100083 北京市甲路1号\n变更后:100191 北京市乙路2号四层\n\n"
            "102331947 2013.12.11 授权 授权",
            [("biblio_changed", "2013-04-17"), ("granted", "2013-12-11")],
        ),
        (
            "法律状态公告日：2013/12/11;法律状态：授权;法律状态信息：授权#"
            "法律状态公告日：2015/12/11;法律状态：专利权的终止;法律状态信息：专利权的终止",
            [("granted", "2013-12-11"), ("terminated", "2015-12-11")],
        ),
        ("2012/01/25 公开\n2013/12/11 授权", [("published", "2012-01-25"), ("granted", "2013-12-11")]),
    ],
)
def test_no_announcement_of_a_cell_is_lost_in_another(cell: str, events: list[tuple[str, str]]) -> None:
    found = list(announced(cell, {"patents": A}))
    assert [(each.phase, getattr(each.said, "announced_on")) for each in found] == events  # noqa: B009  # of several kinds
    assert "102331947" not in str(found)


def test_a_cell_with_another_count_than_its_announcements_is_refused() -> None:
    with pytest.raises(Reject) as refused:
        split_wrapper("3 2014.10.15 授权 授权\n\n2020.02.07 专利权的转移 专利权的转移\n登记生效日:20200113")
    assert refused.value.reason == "announcement_lost"


def test_a_change_of_a_licence_joins_its_licence_and_changes_its_kind() -> None:
    read = read_announcement(
        "专利实施许可合同备案的变更\n登记号:2014990000567\n变更日:20150401\n变更事项:许可种类\n变更前:独占许可\n变更后:普通许可"
    )
    assert (read.kind, read.phase, read.recordal_number, read.registration_number, read.licence_kind) == (
        "licence", "changed", "2014990000567", None, "ordinary",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("address", "region"),
    [
        ("长沙市浏阳河大道一段588号", "430100"),
        ("长沙市望城坡", "430100"),
        ("衡阳市衡山科学城A1栋", "430400"),
        ("岳阳市汨罗江路12号", "430600"),
        ("湖南湘江新区青山路699号", "430100"),
        ("湖南省/长沙市/岳麓区", "430104"),
        ("湖南省,长沙市", "430100"),
        ("北京银行股份有限公司长沙分行", "430100"),
        ("长沙市望城区某路1号", "430112"),
        ("湖南浏阳经开区", "430181"),
    ],
)
def test_a_road_and_a_branch_name_no_other_place(address: str, region: str) -> None:
    assert region_of(address) == region


@pytest.mark.parametrize(("area", "region"), [("410100", "410100"), ("430100", "430100"), ("410000", "410000")])
def test_six_digits_in_a_column_of_areas_are_a_division(area: str, region: str) -> None:
    feed = Feed(kind="supply", phase="open", fields={"patents": "专利号", "title": "名称", "area": "地区"})
    (statement,) = Reader(feed).read({"专利号": A, "名称": "样例", "地区": area}).statements
    assert statement.said == Supply(patents=(A,), title="样例", area=region)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("德州仪器公司", "美国德克萨斯州达拉斯"),
        ("新乡能源电子有限公司", "韩国首尔"),
        ("大连海洋科技有限公司", "韩国釜山"),
    ],
)
def test_an_address_abroad_goes_before_the_name(name: str, address: str) -> None:
    assert (read_party(name).region is not None, read_party(name, address=address).region) == (True, None)


@pytest.mark.parametrize(
    "title", ["专利权的质押、保全及解除", "专利（申请）权的质押、保全及解除", "专利质押,保全及解除"]
)
def test_a_joint_title_of_pledges_and_preservations_needs_a_text(title: str) -> None:
    with pytest.raises(Reject) as refused:
        read_announcement(title)
    assert refused.value.reason == "gazette_phase_unknown"
    pledge = read_announcement(f"{title}\n登记号:2014990000567\n出质人:甲有限公司\n质权人:乙银行\n解除日:20150401")
    assert (pledge.kind, pledge.phase, pledge.takers) == ("pledge", "released", ("乙银行",))


@pytest.mark.parametrize(
    ("title", "meaning"),
    [
        ("专利实施的强制许可的终止", ("ignored", "other")),
        ("期限届满", ("legal-status", "expired")),
        ("专利权的终止", ("legal-status", "terminated")),
    ],
)
def test_the_end_of_something_else_ends_no_patent(title: str, meaning: tuple[str, str]) -> None:
    assert meaning_of(title) == meaning


def test_a_class_that_is_none_costs_neither_the_row_nor_the_classes_beside_it() -> None:
    feed = Feed(kind="supply", phase="open", fields={"patents": "专利号", "title": "名称", "ipc": "分类"})
    read = Reader(feed).read({"专利号": A, "名称": "样例", "分类": "H04W4/12(2009.01)I;??H04W60/00(2009.01)I;14-0"})
    assert read.statements[0].said == Supply(patents=(A,), title="样例", ipc=("H04W4/12", "H04W60/00"))
    assert read.unclaimed == ("ipc=14-0",)
    announcement = read_announcement("授权\nIPC(主分类):H04W4/12;12-1")
    assert (announcement.ipc, announcement.warnings) == (("H04W4/12",), ("ipc_shape",))


@pytest.mark.parametrize(
    ("trade", "staff", "sme"),
    [
        ("J6621", 250, "unknown"),
        ("P8341", 250, "unknown"),
        ("G5310", 250, "unknown"),
        ("S9121", 100, "unknown"),
        ("K70", 250, "unknown"),
        ("K7010", 250, "unknown"),
        ("M7320", 250, "yes"),
        ("R8710", 300, "no"),
    ],
)
def test_the_other_trades_are_those_that_the_standard_names(trade: str, staff: int, sme: str) -> None:
    assert sme_by_size(trade, staff=staff) == sme


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("1686120103000.0", "2023-06-07"),
        ("202403", "2024-03"),
        ("45352.0", "2024-03-01"),
        ("二O二四年三月一日", "2024-03-01"),
    ],
)
def test_a_date_as_a_workbook_or_a_clerk_writes_it(text: str, date: str) -> None:
    assert read_date(text, column_is_date=True) == date


def test_a_number_with_a_dot_or_a_word_is_read_and_a_damaged_one_refused() -> None:
    one, other = (f"{body}.{patent_check(body)}" for body in ("201620123456", "201911234567"))
    assert (read_patent_number(f"ZL.{one}").number, read_patent_number(f"{other}等").number) == (one, other)
    with pytest.raises(Reject) as refused:
        read_patent_number("202011415801.60001")
    assert refused.value.reason == "patent_number_destroyed"
