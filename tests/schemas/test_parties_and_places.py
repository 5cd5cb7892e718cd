"""Parties and places: what they are, how they are masked, where they lie. Persons here are placeholders."""

from __future__ import annotations

from typing import get_args

import pytest
from stdnum.cn import ric

from schemas import codes
from schemas.errors import Reject
from schemas.fields.divisions import divisions, prefecture_of
from schemas.fields.industry import INDUSTRIES
from schemas.fields.party import PartyType, is_person, name_key, party_type, read_party, split_parties
from schemas.fields.place import read_place, region_of
from schemas.records.listing import organisation_id


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("中南大学", "university"),
        ("中国石油大学(华东)", "university"),
        ("国防科技大学", "university"),
        ("中南大学湘雅医院", "hospital"),
        ("某某大学某某研究院有限公司", "enterprise"),
        ("湖南省水稻研究所", "research_institute"),
        ("中国电子科技集团公司第四十八研究所", "research_institute"),
        ("中国建设银行长沙分行", "financial_institution"),
        ("湖南省知识产权协会", "public_body"),
        ("某某农民专业合作社", "enterprise"),
        ("中国银行股份有限公司", "financial_institution"),
        ("长沙银行股份有限公司科技支行", "financial_institution"),
        ("中国建设银行股份有限公司湖南省分行营业部", "financial_institution"),
        ("浏阳江淮村镇银行股份有限公司", "financial_institution"),
        ("湖南省农村信用社联合社", "financial_institution"),
        ("湖南某某银行设备有限公司", "enterprise"),
        ("某某银行股份有限公司软件开发有限公司", "enterprise"),
        ("中南大学湘雅三医院", "hospital"),
        ("湘潭县妇幼保健院", "hospital"),
        ("某某街道社区卫生服务中心", "hospital"),
        ("某某医院管理有限公司", "enterprise"),
        ("湖南省疾病预防控制中心", "public_body"),
        ("中国科学院亚热带农业生态研究所", "research_institute"),
        ("湖南大学设计研究院有限公司", "enterprise"),
        ("湖南省水利水电勘测设计研究总院", "research_institute"),
        ("长沙矿冶研究院有限责任公司", "enterprise"),
        ("株式会社理光", "enterprise"),
        ("Samsung Electronics Co., Ltd.", "enterprise"),
        ("张某某", "individual"),
        ("欧阳某某", "individual"),
    ],
)
def test_a_name_tells_what_a_party_is(name: str, type_: str) -> None:
    assert party_type(name) == type_


def test_the_sources_own_word_and_the_credit_code_go_before_the_name() -> None:
    assert party_type("某某中心", stated_type="科研机构") == "research_institute"
    assert party_type("某某中心", stated_type="022") == "university"
    assert party_type("某某中心", credit_code="91430100712159116H") == "enterprise"
    assert party_type("湘雅某某医院", credit_code="91430100712159116H") == "enterprise"
    assert party_type("某某银行股份有限公司", credit_code="91430100712159116H") == "financial_institution"


@pytest.mark.parametrize("name", ["张某某", "张 某", "李*", "李某", "J·K·史密斯", "阿某某·买某某", "John Smith"])
def test_a_natural_person_leaves_masked_and_a_masked_one_stays_so(name: str) -> None:
    party = read_party(name, address="410000湖南省长沙市雨花区某路1号")
    assert (party.party_type, party.name, party.region) == ("individual", f"{name[0]}*", "430111")
    assert party.key.startswith("person:") and read_party(party.name).name == party.name


def test_a_person_has_one_key_whatever_the_address() -> None:
    assert read_party("张某某", address="长沙市").key == read_party("张 某某", address=None).key


def test_organisations_are_no_persons() -> None:
    assert not any(map(is_person, ("清华大学", "某某厂", "省农科院", "索尼公司")))


def test_a_personal_id_is_no_name_and_no_credit_code() -> None:
    number = "99000019900101001" + ric.calc_check_digit("99000019900101001?")
    for given in ({"name": number}, {"name": "甲公司", "credit_code": number}):
        with pytest.raises(Reject) as refused:
            read_party(**given)
        assert refused.value.reason == "personal_id_dropped"


def test_names_are_compared_without_width_brackets_and_blanks() -> None:
    assert (
        name_key("畅索软件科技（上海）有限公司")
        == name_key(" 畅索软件科技 (上海) 有限公司。")
        == "畅索软件科技(上海)有限公司"
    )
    assert name_key("Hon Hai  Precision") == "Hon Hai Precision"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("株式会社理光 凸版印刷株式会社", ("株式会社理光", "凸版印刷株式会社")),
        ("甲;  乙", ("甲", "乙")),
        ("中南大学; ", ("中南大学",)),
        ("无", ()),
        ("—", ()),
        ("", ()),
        ("甲有限公司、乙有限公司；丙大学", ("甲有限公司", "乙有限公司", "丙大学")),
        ("惠普发展公司,有限责任合伙企业", ("惠普发展公司,有限责任合伙企业",)),
        ("张 某", ("张 某",)),
        ("甲有限公司 李某某", ("甲有限公司", "李某某")),
        ("Hewlett Packard Company", ("Hewlett Packard Company",)),
    ],
)
def test_a_list_of_parties_is_split_where_it_is_certain(text: str, names: tuple[str, ...]) -> None:
    assert split_parties(text) == names


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("410000湖南省长沙市雨花区城南东路", "430111"),
        ("410000 湖南省长沙市雨花区", "430111"),
        ("长沙市雨花区", "430111"),
        ("414000湖南省岳阳市岳阳县", "430621"),
        ("湖南省岳阳市岳阳楼区", "430602"),
        ("湖南省衡阳市衡阳县", "430421"),
        ("湖南省张家界市永定区", "430802"),
        ("湖南宁乡县", "430182"),
        ("湖南省祁阳县", "431181"),
        ("湖南省株洲县", "430212"),
        ("湖南省邵东县", "430582"),
        ("湖南省望城县", "430112"),
        ("吉首市", "433101"),
        ("湘西州", "433100"),
        ("湖南省", "430000"),
        ("湖南省永州市江华沱江镇", "431129"),
        ("上海市常德路800号", "310000"),
        ("常德路800号", None),
        ("湖南路1号", None),
        ("中国台湾台北县", "710000"),
        ("北京市海淀区", "110000"),
        ("恩施土家族苗族自治州恩施市", "422801"),
        ("斑马智行网络(香港)有限公司", "810000"),
        ("国网湖南省电力有限公司", "430000"),
        ("永定区凤城街道", None),
        ("江苏省昆山市", "320583"),
        ("昆山市", "320583"),
        ("韩国京畿道", None),
        ("415000", "430700"),
        ("", None),
    ],
)
def test_an_address_gives_the_finest_certain_division(text: str, region: str | None) -> None:
    assert region_of(text) == region


def test_a_zone_is_kept_as_park_of_its_prefecture() -> None:
    place = read_place("411201湖南省湘潭市九华示范区九华大道9号")
    assert place is not None and (place.region, place.park) == ("430300", "九华")
    assert read_place("", code="430371") == ("430300", "code", "湘潭高新区")


@pytest.mark.parametrize(
    ("code", "region"),
    [
        ("430122", "430112"),
        ("430124", "430182"),
        ("430221", "430212"),
        ("430521", "430582"),
        ("431121", "431181"),
        ("432321", "430903"),
        ("4301", "430100"),
        ("430102", "430102"),
    ],
)
def test_an_old_code_is_mapped_to_the_division_in_force(code: str, region: str) -> None:
    assert region_of(None, code=code) == region


def test_hunan_has_fourteen_prefectures_and_122_counties() -> None:
    hunan = [code for code in divisions() if code.startswith("43") and code != "430000"]
    prefectures = [code for code in hunan if code.endswith("00")]
    counties = [code for code in hunan if not code.endswith("00")]
    assert (len(prefectures), len(counties)) == (14, 122)
    assert [sum(code[:4] == prefecture[:4] for code in counties) for prefecture in prefectures] == [
        9,
        9,
        5,
        12,
        12,
        9,
        9,
        4,
        6,
        11,
        11,
        12,
        5,
        8,
    ]
    assert (prefecture_of("430182"), prefecture_of("430000"), prefecture_of("110108")) == ("430100", None, None)


def test_every_entry_of_the_data_files_is_well_formed() -> None:
    for row in codes.rows("organisations"):
        assert row["party_type"] in get_args(PartyType) and row["region"] in divisions(), row
    for row in codes.rows("divisions_hunan_former"):
        assert row["now"] in divisions() and row["what"] in ("former", "zone"), row
    for industry, (id_, name) in zip(codes.document("industries")["industries"], INDUSTRIES.items(), strict=True):
        assert (industry["id"], industry["name"]) == (id_, name.zh)


@pytest.mark.parametrize(
    "mark", ["\u202c", "\u202a", "\u2066", "\u2069", "\ufe00", "\ufe0f", "\U000e0100", "\u200b", "\u00ad", "\u3164"]
)
@pytest.mark.parametrize("place", [0, 2, 12])
def test_an_invisible_sign_makes_no_second_organisation(mark: str, place: int) -> None:
    name = "长沙样例机械有限公司"
    party = read_party(name[:place] + mark + name[place:])
    assert party == read_party(name)
    assert organisation_id(name_key(name[:place] + mark + name[place:])) == organisation_id(name)
