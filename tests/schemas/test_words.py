"""Words of real lists, gazettes and exports, each with its right reading; each stands for its whole kind."""

from __future__ import annotations

import pytest

from schemas.errors import Reject
from schemas.fields.party import is_person_key, read_party, split_parties


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
