"""Event codes of the gazette, old and new: they decide where there is no title, and a title goes before them."""

from __future__ import annotations

from typing import Any

import pytest

from schemas import codes
from schemas.errors import Reject
from schemas.gazette.announcement import read_announcement
from schemas.gazette.grammar import meaning_of, of_code
from schemas.gazette.statements import announced
from schemas.kinds import BY_NAME
from schemas.wire import decode, encode
from tests.examples import A, seen
from tests.streams.resolving import clustered

ROWS = codes.rows("gazette_codes")
OLD = "C06 C10 C14 C41 ASS C44 C45 C47 C56 C17 C19 EXPY C20 C25 RGAV C32 C35 C26 C28 C49 RINS C52 REIN LIC LICC PLDC COR ERR RECT"
NEW = (
    "PB01 SE01 GR01 RJ01 WW01 WD01 TA01 TR01 EE01 EM01 EC01 PE01 PM01 PC01 OL01 OL02 PP01 PD01 CP01 CP02 CP03 CB01 CB02 CB03 CB04 "
    "CF01 CX01 AV01 AD01 AR01 AV02 CE01 RW01 RP01 IW01 IP01 RR01 RA01 TG01 TP01 CI01 CI02 CI03 CU01 CU02 CU03 CD02 DD01 OR01"
)
HOLDERS = "变更前专利权人:甲有限公司;变更后专利权人:乙有限公司;登记生效日:20150401"


def read(text: str = "", **beside: str) -> list[tuple[str, str, Any]]:
    return list(announced(text, {"patents": A, "announced_on": "2015-04-01", **beside}))


def test_every_code_of_the_domain_is_there_once() -> None:
    assert sorted(row["code"] for row in ROWS) == sorted([*OLD.split(), *NEW.split()])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["code"])
def test_a_code_means_what_its_title_means(row: dict[str, str]) -> None:
    meaning = meaning_of(row["title"])
    assert meaning is not None and meaning.kind == row["kind"]
    if meaning.phase:
        assert meaning.phase == row["phase"]
    elif row["phase"]:
        assert read_announcement(f"{row['title']};登记号:2014990000567").phase == row["phase"]
    assert row["kind"] == "ignored" or row["phase"].endswith("?") or row["phase"] in ("", *BY_NAME[row["kind"]].phases)


@pytest.mark.parametrize(
    ("beside", "phase"),
    [
        ({"code": "C14"}, "granted"),
        ({"code": "gr01 "}, "granted"),
        ({"title": "C06"}, "published"),
        ({"title": "CESSATION OF PATENT RIGHT", "code": "C17"}, "lapsed"),
        ({"title": "授权"}, "granted"),
    ],
)
def test_a_code_or_a_title_may_stand_alone(beside: dict[str, str], phase: str) -> None:
    ((kind, found, statement),) = read(**beside)
    assert (kind, found, statement.patents) == ("legal-status", phase, (A,))


def test_the_text_decides_against_the_code_and_the_code_is_kept() -> None:
    ((kind, phase, statement),) = read(
        "专利权人的姓名或者名称、地址的变更;变更前专利权人:甲有限公司;变更后专利权人:乙有限公司", code="CF01"
    )
    assert (kind, phase, statement.code) == ("legal-status", "holder_renamed", "CF01")


def test_parties_without_a_title_are_read_under_the_code() -> None:
    for code, right in (("TR01", "patent_right"), ("TA01", "right_to_apply"), ("C41", "patent_right")):
        ((kind, _, statement),) = read(HOLDERS, code=code)
        assert (kind, statement.right, statement.transferee[0].name) == ("transfer", right, "乙有限公司")
    ((kind, phase, _),) = read("登记号:2014990000567;解除日:20150105;出质人:甲有限公司;质权人:乙银行", code="PLDC")
    assert (kind, phase) == ("pledge", "released")


@pytest.mark.parametrize(
    ("text", "beside", "reason"),
    [
        ("", {"code": "RINS"}, "gazette_phase_unknown"),
        ("", {"code": "LICC"}, "gazette_phase_unknown"),
        ("", {"code": "C32"}, "invalidation_unread"),
        ("", {"code": "C45"}, "holders_missing"),
        ("", {"code": "EE01"}, "announcement_missing"),
        ("", {}, "announcement_missing"),
        ("", {"code": "X99"}, "gazette_title_unknown"),
        ("其他未列事项", {"code": "GR01"}, "gazette_title_unknown"),
    ],
)
def test_what_a_code_leaves_open_is_refused_and_an_unknown_title_is_not_overruled(
    text: str, beside: dict[str, str], reason: str
) -> None:
    with pytest.raises(Reject) as refused:
        read(text, **beside)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("C06", "PB01"),
        ("C10", "SE01"),
        ("C14", "GR01"),
        ("C17", "CF01"),
        ("EXPY", "CF01"),
        ("RGAV", "AR01"),
        ("C56", "CP03"),
        ("C28", "RW01"),
        ("REIN", "RR01"),
        ("COR", "CI01"),
    ],
)
def test_the_old_and_the_new_code_of_one_announcement_are_one_event(old: str, new: str) -> None:
    sightings = []
    for source, code in (("index", old), ("cnipa_gazette", new)):
        ((kind, phase, statement),) = read(code=code)
        said = decode(encode(statement))
        sightings.append(seen(kind, phase, f"patent:{A}", f"{source}|status|1", **said))
    assert [len(cluster.members) for cluster in clustered(sightings)] == [2]
    assert clustered(sightings)[0].id == clustered(sightings[::-1])[0].id


def test_an_unknown_code_has_no_meaning() -> None:
    assert of_code("ZZ99") is None
