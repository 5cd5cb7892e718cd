"""``tongda sources preview`` and ``diff``: rows as they are understood, and what changed between answers and definitions."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.commands.diff import Difference, by_answers, by_definitions, stored
from connectors.commands.preview import first_page, typed_rows
from connectors.commands.tryout import Trial
from connectors.http.client import HttpClient
from ops.run import CHINA
from schemas.errors import NotFound
from schemas.source.model import Source
from tests.connectors.platform import JSON, Reply, a_platform, a_source

FIELDS = {"patents": "专利号", "transferor": "转让方", "transferee": "受让方", "consideration": "金额"}
READS = {
    "phase": "noticed",
    "fields": FIELDS,
    "units": {"consideration": "万元"},
    "volatile": ["浏览量"],
    "drop": ["联系电话"],
    "ignore": ["id"],
}
DEAL = {"id": "r1", "专利号": "2020113456785", "转让方": "中南大学", "受让方": "长沙机械有限公司", "金额": "20"}
DAMAGED = {**DEAL, "id": "r2", "专利号": "2020113456784"}


def answer(*deals: dict[str, Any]) -> bytes:
    return json.dumps({"code": 200, "data": {"total": len(deals), "list": deals}}, ensure_ascii=False).encode()


@pytest.fixture
def trial(client: HttpClient) -> Trial:
    return Trial(client, lambda: datetime.now(CHINA), str)


def saved(folder: Path, name: str, *deals: dict[str, Any]) -> Path:
    file = folder / name
    file.write_bytes(answer(*deals))
    return file


def test_one_page_is_requested_and_its_rows_are_shown_typed_or_with_the_reason_why_not(trial: Trial) -> None:
    def reply(path: str, query: dict[str, str], number: int) -> Reply:
        return 200, JSON, answer(DEAL, DAMAGED)

    with a_platform(reply) as platform:
        source = a_source(platform.base, **READS)
        page = first_page(source, "deals", trial)
    assert platform.requests == [("/api/deals", {"pageSize": "10", "pageNo": "1"})]
    good, bad = typed_rows(source, "deals", page.published)
    assert (good.row, good.key, good.kinds, good.refused) == ("/data/list/0", "r1", ("transfer noticed",), "")
    (values,) = good.values
    assert values["patents"] == ("202011345678.5",)
    assert [party["name"] for party in values["transferor"]] == ["中南大学"]
    assert values["consideration"] == {"value": "200000.00", "unit": "元"}
    assert "transferee=长沙机械有限公司 enterprise" in good.told and "consideration=200000.00 元" in good.told
    assert (bad.key, bad.values, bad.refused.partition(":")[0]) == ("r2", (), "patent_number_check_digit")


def test_a_feed_that_does_not_exist_is_told(trial: Trial) -> None:
    with pytest.raises(NotFound, match="no feed of hn_test: 'deal'; did you mean deals"):
        first_page(a_source("http://127.0.0.1:1"), "deal", trial)


def test_an_inbox_without_files_is_told_with_the_folder_to_look_into(trial: Trial, tmp_path: Path) -> None:
    (tmp_path / "x" / "deals").mkdir(parents=True)
    source = Source.model_validate(
        {
            "id": "hn_box",
            "name": "测试",
            "authority": "bank",
            "access": {"style": "inbox", "base": tmp_path.as_uri(), "folder": "x"},
            "feeds": {"deals": {"kind": "transfer", "phase": "noticed", "file": {"pattern": "*.csv"}}},
        }
    )
    with pytest.raises(NotFound) as refusal:
        first_page(source, "deals", trial)
    assert refusal.value.next_step == f"ls {tmp_path}/x/deals"


def test_between_two_answers_rows_are_new_gone_or_changed_and_personal_columns_stay_hidden(tmp_path: Path) -> None:
    source = a_source("http://127.0.0.1:1", **READS)
    before = saved(tmp_path, "a.json", {**DEAL, "浏览量": 1, "联系电话": "0731-1"}, {**DEAL, "id": "r3"})
    later = {**DEAL, "浏览量": 9, "联系电话": "0731-2", "金额": "面议"}
    after = saved(tmp_path, "b.json", later, {**DEAL, "id": "r4"})
    pages = (stored(source, "deals", before), stored(source, "deals", after))
    assert list(by_answers(source.feeds["deals"], *pages)) == [
        Difference("r3", "gone"),
        Difference("r4", "new"),
        Difference("r1", "changed", "金额", "20", "面议"),
        Difference("r1", "changed", "联系电话", "***", "***"),
    ]
    assert list(by_answers(source.feeds["deals"], pages[0], pages[0])) == []


def test_two_definitions_of_one_answer_differ_in_what_they_understand(tmp_path: Path) -> None:
    source = a_source("http://127.0.0.1:1", **READS)
    other = a_source("http://127.0.0.1:1", **{**READS, "units": {"consideration": "元"}})
    page = stored(source, "deals", saved(tmp_path, "a.json", DEAL))
    assert list(by_definitions("deals", (source, other), (page, page))) == [
        Difference("r1", "changed", "consideration", "200000.00 元", "20.00 元")
    ]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"none.json cannot be read"):
        stored(a_source("http://127.0.0.1:1"), "deals", tmp_path / "none.json")
