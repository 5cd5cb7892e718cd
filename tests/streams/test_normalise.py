"""Normalise: gazette texts and platform rows to sightings, absent marks, dead letters, masked persons."""

from __future__ import annotations

from typing import Any

import pytest

from ops.bus import Incoming
from schemas.fields.patent_number import read_patent_number
from schemas.records.raw import record_key
from schemas.topics import DEAD_LETTER, EVENTS, NORMALISE_STATE, RAW, SIGHTING
from schemas.wire import decode, encode
from streams import normalise
from streams.normalise import Normalise
from streams.processor import Context, Output
from tests.definitions import shipped
from tests.hub import Hub

SOURCES = shipped()
CHUANGDA, CHANGSUO = "中科创达软件股份有限公司", "畅索软件科技（上海）有限公司"
XUANKAI, NJTECH = "南京轩凯生物科技有限公司", "南京工业大学"
RECORDS = {
    "A": (
        "专利权的转移IPC(主分类):A41D   1/00;变更事项:专利权人;变更前权利人:辉能科技股份有限公司;变更后权利人:辉能科技股份有限公司;变更事项:地址;"
        "变更前权利人:中国台湾台北县五股乡五工路127号4楼;变更后权利人:中国台湾台北县五股乡五工路127号4楼;变更事项:专利权人;"
        "变更前权利人:明瑜创新股份有限公司;变更后权利人:英属开曼群岛商辉能控股股份有限公司;登记生效日:20121116;",
        "20121219",
        "transfer",
        "partial",
        ["明瑜创新股份有限公司"],
        ["英属开曼群岛商辉能控股股份有限公司"],
        "2012-11-16",
    ),
    "B": (
        f"专利权的转移\nIPC(主分类):C12N1/20\n登记生效日:20200731\n变更前专利权人:{XUANKAI}\n变更前地址:210029 江苏省南京市高新开发区15号楼509-5室\n"
        f"变更后专利权人:{XUANKAI}\n变更后地址:210000 江苏省南京市江北新区新锦湖路3-1号中丹生命科学产业园一期A栋10楼\n"
        f"变更前共同专利权人:{NJTECH}\n变更后:\n",
        "2020.08.21",
        "transfer",
        "exit",
        [NJTECH],
        [XUANKAI],
        "2020-07-31",
    ),
    "C": (
        f"专利权人的姓名或者名称、地址的变更\nIPC(主分类):C12N1/20\n变更前专利权人:{XUANKAI}\n变更前地址:210000 江苏省南京市江北新区\n"
        "变更后专利权人:南京轩凯生物科技股份有限公司\n变更后地址:210000 江苏省南京市江北新区",
        "2020.12.22",
        "legal-status",
        None,
        [],
        [],
        None,
    ),
    "J": (
        f"专利权的转移\n变更事项=专利权人/地址/专利权人\n变更前权利人={CHUANGDA}/100083 北京市海淀区清华东路9号院3号楼创达大厦/无\n"
        f"变更后权利人={CHUANGDA}/100083 北京市海淀区清华东路9号创达大厦1层101-105室（东升地区）/{CHANGSUO}\n登记生效日=2022.11.10",
        "2022.11.22",
        "transfer",
        "entry",
        [CHUANGDA],
        [CHANGSUO],
        "2022-11-10",
    ),
    "K": (
        f"专利权的转移\nIPC(主分类):H05B  41/36\n变更事项:专利权人\n变更前权利人:{CHUANGDA}\n变更后权利人:{CHUANGDA}\n变更事项:地址\n"
        "变更前权利人:100191 北京市海淀区龙翔路甲1号泰翔商务楼4层\n变更后权利人:100191 北京市海淀区龙翔路甲1号泰翔商务楼4层\n变更事项:专利权人\n"
        f"变更后权利人:{CHANGSUO} 中科创达软件科技（深圳）有限公司 南京中科创达软件科技有限公司 成都中科创达软件有限公司\n登记生效日:20140411",
        "2014.05.07",
        "transfer",
        "entry",
        [CHUANGDA],
        [CHANGSUO, "中科创达软件科技（深圳）有限公司", "南京中科创达软件科技有限公司", "成都中科创达软件有限公司"],
        "2014-04-11",
    ),
}


class Normaliser:
    """One partition, fed by hand."""

    def __init__(self) -> None:
        self.processor = Normalise(0, Context(4, SOURCES, frozenset({"hn_ip_service"})))
        self.offset = 0

    def restart(self) -> None:
        """Another process takes over with the state as it is kept."""
        kept = self.processor.kept
        self.processor = Normalise(0, self.processor.context)
        for key, value in kept.items():
            self.processor.restore(key, value)

    def take(
        self,
        source: str,
        feed: str,
        content: dict[str, Any],
        *,
        record: str = "1",
        sequence: int = 1,
        absent: bool = False,
        url: str = "https://ip.example.invalid",
    ) -> list[Output]:
        key = record_key(source, feed, record)
        raw = {
            "source": source,
            "feed": feed,
            "record": record,
            "sequence": sequence,
            "fetched_at": "2026-01-01T00:00:00+08:00",
            "url": url,
            "evidence": {"sha256": "0" * 64, "pointer": "/1"},
            "content": content,
            "absent": absent,
        }
        self.offset += 1
        return self.processor.apply([Incoming(RAW.name, 0, self.offset, key.encode(), encode(raw), (), 0)])

    def letter(self, *args: Any, **more: Any) -> dict[str, Any]:
        """The one dead letter of a record; beside it stands only that it was refused."""
        letter, refused = self.take(*args, **more)
        assert (letter.topic, refused.topic) == (DEAD_LETTER.name, NORMALISE_STATE.name)
        return dict(decode(letter.value or b""))

    def sightings(self, *args: Any, **more: Any) -> list[dict[str, Any]]:
        return [decode(output.value or b"") for output in self.take(*args, **more) if output.topic == SIGHTING.name]


def announcement(text: str, day: str, patent: str = "201210464170.6", title: str = "") -> dict[str, Any]:
    return {"app_number": patent, "pub_date": day, "law_state": title, "law_state_information": text}


def names(parties: list[dict[str, Any]]) -> list[str]:
    return [party["name"] for party in parties]


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://ip.example.invalid/1", "https://ip.example.invalid/1"),
        ("file:///var/lib/tongda/cnipa_gazette/a.zip", "ni:///sha-256;" + "A" * 43),
        ("file://host/share/a%20b.csv", "ni:///sha-256;" + "A" * 43),
    ],
)
def test_a_file_of_ours_leaves_as_the_digest_of_its_bytes_and_a_page_as_its_address(url: str, public: str) -> None:
    text, day, *_ = RECORDS["K"]
    outputs = Normaliser().take("cnipa_gazette", "transfers", announcement(text, day), url=url)
    assert {decode(each.value or b"")["url"] for each in outputs if each.topic == SIGHTING.name} == {public}
    assert not [each for each in outputs if b"file:" in (each.value or b"") or b"/var/" in (each.value or b"")]


@pytest.mark.parametrize("record", RECORDS)
def test_the_verbatim_announcements_become_what_they_say(record: str) -> None:
    text, day, kind, form, givers, takers, effective_on = RECORDS[record]
    (seen,) = Normaliser().sightings("cnipa_gazette", "transfers", announcement(text, day))
    said = seen["statement"]
    assert (seen["kind"], said.get("form"), said.get("effective_on")) == (kind, form, effective_on)
    assert (names(said.get("transferor", [])), names(said.get("transferee", []))) == (givers, takers)
    if record == "C":
        assert (seen["phase"], said["renamed_to"]) == ("holder_renamed", ["南京轩凯生物科技股份有限公司"])


def test_the_university_that_leaves_keeps_its_place_for_the_figure() -> None:
    text, day, *_ = RECORDS["B"]
    (seen,) = Normaliser().sightings("cnipa_gazette", "transfers", announcement(text, day))
    assert seen["statement"]["transferor"][0]["party_type"] == "university"
    assert seen["statement"]["transferee"][0]["region"][:4] == "3201"


def pledge(patents: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "P1",
        "登记号": "Y2026430000012",
        "专利号": patents,
        "出质人": "湖南样例科技有限公司",
        "出质人地址": "湖南省株洲市天元区",
        "出质人代码": "",
        "质权人": "长沙银行股份有限公司",
        "担保金额": "500万元",
        "贷款金额": "",
        "登记日期": "2026-03-10",
        "质物": "专利",
        "发布日期": "2026-03-12",
        **more,
    }


def test_a_record_about_two_patents_is_two_sightings_with_the_undivided_amount() -> None:
    said = Normaliser().sightings("hn_ip_service", "pledges", pledge("201210464170.6；2013101975930"))
    assert [one["subject"] for one in said] == ["patent:201210464170.6", "patent:201310197593.0"]
    assert {one["statement"]["secured_amount"]["value"] for one in said} == {"5000000.00"}
    assert all(one["synthetic"] for one in said)


def test_a_corrected_record_withdraws_what_it_said_of_the_other_patent() -> None:
    hub = Normaliser()
    hub.take("hn_ip_service", "pledges", pledge("201210464170.6；2013101975930"))
    corrected = hub.sightings("hn_ip_service", "pledges", pledge("201210464170.6；201310245719.7"), sequence=2)
    assert [(one["subject"], one.get("absent", False)) for one in corrected] == [
        ("patent:201210464170.6", False),
        ("patent:201310245719.7", False),
        ("patent:201310197593.0", True),
    ]
    assert hub.take("hn_ip_service", "pledges", pledge("201210464170.6"), sequence=2) == []
    assert (hub.processor.understood, hub.processor.unchanged) == (2, 1)


def test_a_record_that_becomes_another_kind_withdraws_what_it_was_under_a_higher_revision() -> None:
    records, hub = Normaliser(), Hub()
    for sequence, said in enumerate("CBC", 1):
        text, day, *_ = RECORDS[said]
        hub.sight(records.sightings("cnipa_gazette", "transfers", announcement(text, day), sequence=sequence))
    for kind, stands in (("legal-status", True), ("transfer", False)):
        told = [decode(output.value or b"") for output in hub.history if output.topic == EVENTS[kind].name]
        revisions = [document["revision"] for document in told]
        assert revisions == sorted(set(revisions)), kind
        assert bool(hub.current(kind)) == stands, kind


def test_an_unreadable_correction_is_a_dead_letter_and_the_last_good_statement_stands() -> None:
    hub = Normaliser()
    hub.take("hn_ip_service", "pledges", pledge("201210464170.6"))
    said = hub.letter("hn_ip_service", "pledges", pledge("201210464170.7"), sequence=2)
    assert (said["reason"], said["source"], said["feed"], said["record"]) == (
        "patent_number_check_digit",
        "hn_ip_service",
        "pledges",
        "1",
    )
    assert len(hub.sightings("hn_ip_service", "pledges", pledge("201210464170.6"), sequence=3)) == 1


@pytest.mark.parametrize("restarted", [False, True])
def test_a_later_state_that_is_understood_closes_the_letters_of_a_record_once(restarted: bool) -> None:
    hub = Normaliser()

    def letters(number: str, sequence: int) -> list[tuple[bytes, bool]]:
        if restarted:
            hub.restart()
        found = hub.take("hn_ip_service", "pledges", pledge(number), sequence=sequence)
        return [(one.key, one.value is not None) for one in found if one.topic == DEAD_LETTER.name]

    good, wrong, key = "201210464170.6", "201210464170.7", b"normalise|hn_ip_service|pledges|1"
    told = [letters(number, sequence) for number, sequence in ((wrong, 1), (wrong, 2), (good, 3))]
    assert told == [[(key, True)], [(key, True)], [(key, False)]]
    assert [letters(good, 3), letters(good, 4), letters(wrong, 2)] == [[], [], []]  # repeated, edited, put back
    assert [letters(wrong, 5), letters(good, 6)] == [[(key, True)], [(key, False)]]


def test_a_restored_partition_knows_what_it_said() -> None:
    hub = Normaliser()
    states = [
        one for one in hub.take("hn_ip_service", "pledges", pledge("201210464170.6")) if one.topic != SIGHTING.name
    ]
    fresh = Normaliser()
    for one in states:
        fresh.processor.restore(one.key, one.value)
    assert fresh.take("hn_ip_service", "pledges", pledge("201210464170.6")) == []


def test_a_person_is_masked_and_a_telephone_number_in_free_text_goes_no_further() -> None:
    supply = {
        "id": "S1",
        "专利号": "2010102636564",
        "成果名称": "样例成果",
        "权利人": "张某某",
        "权利人地址": "湖南省株洲市天元区",
        "简介": "请致电0731-88888888或13800000000。",
        "意向价": -1,
        "状态": "在架",
        "发布日期": "2026-02-11",
        "联系人": "李某某",
        "联系电话": "1",
    }
    (seen,) = Normaliser().sightings("hn_ip_service", "supply", supply)
    text = encode(seen).decode()
    assert "张某某" not in text and "李某某" not in text and "88888888" not in text and "13800000000" not in text
    assert seen["statement"]["owner"][0]["name"] == "张*"
    assert seen["statement"]["price"]["basis"] == "negotiable"


def test_a_vanished_notice_is_no_withdrawal_and_a_vanished_offer_is() -> None:
    hub = Normaliser()
    hub.take("hn_ip_service", "pledges", pledge("201210464170.6"))
    assert hub.take("hn_ip_service", "pledges", {}, sequence=2, absent=True) == []
    offer = {
        "id": "S1",
        "专利号": "2010102636564",
        "成果名称": "样例成果",
        "权利人": "中南大学",
        "状态": "在架",
        "发布日期": "2026-02-11",
    }
    hub.take("hn_ip_service", "supply", offer)
    (gone,) = hub.sightings("hn_ip_service", "supply", {}, sequence=2, absent=True)
    assert (gone["absent"], gone["kind"], gone["subject"]) == (True, "supply", "patent:201010263656.4")


def test_an_undefined_feed_is_a_dead_letter() -> None:
    assert Normaliser().letter("nobody", "nothing", {})["reason"] == "source_unknown"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"登记号": "Y" * 3_000}, "field_too_long"),
        ({"专利号": "；".join(["201210464170.6"] * 501)}, "field_too_long"),
        ({"出质人": "；".join(f"长沙样例{n}号有限公司" for n in range(101))}, "field_too_long"),
        ({"出质人": "长" * 401}, "party_name_missing"),
        ({"专利号": ""}, "field_missing"),
        ({"登记日期": "某日"}, "date_unreadable"),
    ],
)
def test_what_is_longer_than_any_index_or_page_can_hold_is_refused_with_a_reason(
    more: dict[str, str], reason: str
) -> None:
    assert Normaliser().letter("hn_ip_service", "pledges", pledge("201210464170.6", **more) | more)["reason"] == reason


def test_a_record_whose_name_is_too_long_for_a_key_is_refused() -> None:
    assert (
        Normaliser().letter("hn_ip_service", "pledges", pledge("201210464170.6"), record="长" * 400)["reason"]
        == "record_key_too_long"
    )


def test_three_hundred_patents_in_one_cell_are_three_hundred_sightings() -> None:
    numbers = [read_patent_number(f"2012{100_00000 + n}").number for n in range(300)]
    said = Normaliser().sightings("hn_ip_service", "pledges", pledge("；".join(numbers)))
    assert [one["subject"] for one in said] == [f"patent:{number}" for number in numbers]


def test_what_a_record_left_is_remembered_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(normalise, "MOST_LEFT", 3)
    hub = Normaliser()
    numbers = [read_patent_number(f"2012{100_00000 + n}").number for n in range(6)]
    for sequence, number in enumerate(numbers, 1):
        outputs = hub.take("hn_ip_service", "pledges", pledge(number), sequence=sequence)
    (state,) = (decode(one.value or b"") for one in outputs if one.topic == NORMALISE_STATE.name)
    assert state["left"] == [[f"patent:{number}", "pledge"] for number in numbers[2:5]]
