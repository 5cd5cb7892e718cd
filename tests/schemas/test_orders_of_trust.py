"""Orders of trust: each line of a table decides something, and a stronger line goes before a weaker one."""

from __future__ import annotations

import pytest

from schemas.fields import party_type as types
from schemas.fields import place as places
from schemas.fields.place import Place

FIRM = "91430100712159116H"
INSTITUTION = "12430000444877412A"  # 事业单位


@pytest.mark.parametrize(
    ("line", "evidence", "type_"),
    [
        (0, types.Evidence("湖南大学", FIRM, "个人"), "individual"),
        (1, types.Evidence("湖南大学", FIRM, None), "university"),
        (2, types.Evidence("样例医院", FIRM, None), "enterprise"),
        (2, types.Evidence("样例银行股份有限公司", FIRM, None), "financial_institution"),
        (3, types.Evidence("样例医院", INSTITUTION, None), "hospital"),
        (4, types.Evidence("样例云", INSTITUTION, None), "public_body"),
        (5, types.Evidence("张某", None, None), "individual"),
    ],
)
def test_a_party_has_the_type_of_the_most_trusted_evidence(line: int, evidence: types.Evidence, type_: str) -> None:
    found = [(number, said) for number, rule in enumerate(types.TRUST) if (said := rule(evidence))]
    assert found[0] == (line, type_)
    stated = {"credit_code": evidence.credit_code, "stated_type": evidence.stated}
    assert types.party_type(evidence.key, **stated) == type_


def test_a_party_without_evidence_is_unknown() -> None:
    assert types.party_type("样例云计算平台") == "unknown"


@pytest.mark.parametrize(
    ("line", "text", "region"),
    [
        (0, "湖南样例股份有限公司株洲分公司", "430200"),
        (1, "湖南省长沙市岳麓区某路1号", "430104"),
        (2, "岳麓区某路1号", "430104"),
        (3, "样例电动汽车(株洲)有限公司", "430200"),
        (4, "国网湖南省电力有限公司", "430000"),
    ],
)
def test_each_rule_of_places_reads_what_the_ones_before_do_not(line: int, text: str, region: str) -> None:
    found = [(number, place) for number, rule in enumerate(places.RULES) if (place := rule(text))]
    assert found[0] == (line, Place(region, "address"))


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"text": "长沙市", "code": "430200", "postcode": "412000"}, Place("430200", "code")),
        ({"text": "长沙市", "postcode": "412000"}, Place("430100", "address")),
        ({"text": "湖南省", "postcode": "412000"}, Place("430200", "postcode")),
        ({"text": "湖南省"}, Place("430000", "address")),
    ],
)
def test_a_code_goes_before_words_and_words_before_a_postcode(given: dict[str, str], place: Place) -> None:
    assert places.read_place(**given) == place
