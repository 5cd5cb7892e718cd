"""``tongda sources new``: from one answer of a platform to a definition with a sample that checks clean."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.commands.draft import Wanted, layout
from connectors.commands.new import fetched
from connectors.commands.samples import checked
from connectors.commands.tryout import Trial
from connectors.http.client import HttpClient
from connectors.http.messages import Failure
from ops.cli import main
from ops.run import CHINA
from ops.settings import ROOT
from ops.sources import load_source, read_yaml
from schemas.errors import Refused
from tests.connectors.platform import JSON, a_platform

WANTED = Wanted("hn_new", "样例大学", "university", "transfer", "deals", "https://x.example.com", "/api/deals")
DEAL = {
    "编号": "2026-001",
    "专利号": "ZL 2012 1 0464170.6",
    "转让方": "欧阳三丰",
    "受让方": "湖南样例科技有限公司",
    "签订日期": "2026年3月1日",
    "成交金额": "20",
    "联系电话": "0731-88889999",
    "浏览量": 17,
}
OPTIONS = {
    "name": "样例大学",
    "authority": "university",
    "kind": "transfer",
    "feed": "deals",
    "base": "https://x.example.com",
    "path": "/api/deals",
    "page": "page",
    "unit": "consideration=万元",
}


def deals(number: int) -> list[dict[str, Any]]:
    return [{**DEAL, "编号": f"2026-{n:03d}"} for n in range(1, number + 1)]


def answer(rows: list[dict[str, Any]]) -> bytes:
    value = {"code": 200, "msg": "ok", "data": {"total": 40, "list": rows, "filters": [{"id": 1}]}}
    return json.dumps(value, ensure_ascii=False).encode()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of definitions with one platform, whose columns are known by now, and a saved answer beside it."""
    sources = tmp_path / "sources"
    shutil.copytree(ROOT / "connectors" / "sources" / "hn_ip_service", sources / "hn_ip_service")
    (tmp_path / "answer.json").write_bytes(answer(deals(8)))
    monkeypatch.setenv("TONGDA_SOURCES", str(sources))
    monkeypatch.setenv("TONGDA_HOME", str(tmp_path / "home"))
    return sources


def new(folder: Path, **changes: str) -> int:
    given = {**OPTIONS, "answer": str(folder.parent / "answer.json"), **changes}
    words = [word for name, value in given.items() if value for word in (f"--{name}", value)]
    try:
        return main(["sources", "new", "hn_new", *words])
    except SystemExit as ended:
        return int(ended.code or 0)


def test_the_layout_of_an_answer_is_found() -> None:
    found = layout(answer(deals(3)))
    assert (found.records, found.total, found.ok, len(found.rows)) == ("/data/list", "/data/total", ("/code", 200), 3)
    assert found.columns == tuple(DEAL)


def test_a_definition_is_written_whole_and_checks_clean(folder: Path) -> None:
    assert new(folder) == 0
    assert read_yaml(folder / "hn_new" / "source.yml") == {
        "id": "hn_new",
        "name": "样例大学",
        "authority": "university",
        "access": {
            "base": "https://x.example.com",
            "every": "6h",
            "pace": "1/2s",
            "media": "application/json",
            "ok": {"at": "/code", "in": [200]},
        },
        "feeds": {
            "deals": {
                "kind": "transfer",
                "name": "转让",
                "phase": "noticed",
                "request": {"path": "/api/deals"},
                "paging": {
                    "style": "page",
                    "parameter": "page",
                    "first": 1,
                    "proof": ["total_each_page", "first_page_again"],
                    "total": "/data/total",
                },
                "records": "/data/list",
                "key": "/编号",
                "absence": {"means": "nothing"},
                "fields": {
                    "patents": "专利号",
                    "transferor": "转让方",
                    "transferee": "受让方",
                    "signed_on": "签订日期",
                    "consideration": "成交金额",
                },
                "units": {"consideration": "万元"},
                "drop": ["联系电话"],
                "ignore": ["浏览量"],
                "expect": {"fill": {"patents": 0.9}},
            }
        },
    }
    found = list(checked(folder, load_source(folder / "hn_new" / "source.yml")))
    assert [(one.rows, one.kinds, one.clean) for one in found] == [(5, "transfer 5", True)]


def test_no_person_of_the_answer_is_in_the_sample(folder: Path) -> None:
    assert new(folder) == 0
    row = json.loads((folder / "hn_new" / "samples" / "deals.json").read_text(encoding="utf-8"))["data"]["list"][0]
    assert row == {**DEAL, "转让方": "欧某某某", "联系电话": "***"}


def test_a_draft_that_cannot_read_its_sample_is_not_written_and_says_what_is_missing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(folder, unit="") == 5
    told = capsys.readouterr().err
    assert "T5813" in told and "money_unit_missing" in told and "tongda sources new with --unit FIELD=万元" in told
    assert not (folder / "hn_new").exists()


def test_a_column_of_another_name_is_mapped_as_it_is_given(folder: Path) -> None:
    file = folder.parent / "answer.json"
    file.write_text(file.read_text(encoding="utf-8").replace("受让方", "买家"), encoding="utf-8")
    assert new(folder, map="transferee=买家") == 0
    assert read_yaml(folder / "hn_new" / "source.yml")["feeds"]["deals"]["fields"]["transferee"] == "买家"


def test_an_answer_that_cannot_be_read_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [new(folder, answer="/nope"), new(folder, answer=str(folder))] == [4, 4]
    assert "/nope cannot be read: No such file" in capsys.readouterr().err


def test_an_answer_of_which_no_column_is_known_names_the_fields_of_the_kind(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder.parent / "answer.json").write_bytes(b'{"rows": [{"a": "1"}, {"a": "2"}]}')
    assert new(folder, unit="") == 5
    told = capsys.readouterr().err
    assert "T5816" in told and "fields: patents, transferor, transferee" in told


def test_what_exists_is_not_written_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "hn_new").mkdir()
    assert new(folder) == 5
    assert "T5815" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("kind", "transfers", "did you mean transfer?"),
        ("authority", "univercity", "did you mean university?"),
        ("name", "", "--name"),
        (
            "phase",
            "notcied",
            "--phase: 'notcied' is no phase of transfer; accepted: noticed, recorded; did you mean noticed?",
        ),
        ("unit", "consideration=万圆", "--unit: consideration=万圆: '万圆' is no unit; accepted: "),
        (
            "unit",
            "considerration=万元",
            "--unit: considerration=万元: 'considerration' is no field of this feed with an amount",
        ),
        ("map", "transferer=受让方", "--map: transferer=受让方: 'transferer' is no field of transfer; accepted: "),
        ("base", "x.example.com", "--base: 'x.example.com' is no address; accepted: https://…"),
        ("map", "买家", "is not FIELD=VALUE"),
    ],
)
def test_a_wrong_or_missing_option_is_wrong_usage(
    folder: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, told: str
) -> None:
    assert new(folder, **{option: value}) == 2
    shown = capsys.readouterr().err.replace("\n", " ")
    assert told in shown
    assert "/tmp" not in shown.replace(str(folder.parent), ""), "no file is named that nobody typed"


def test_the_phase_that_was_taken_is_told_with_how_to_have_another_one(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGDA_LANG", "en")
    assert new(folder) == 0
    assert (
        "phase: noticed (of noticed, recorded); if that is wrong: --phase, or phase: in source.yml"
        in capsys.readouterr().err
    )
    shutil.rmtree(folder / "hn_new")
    assert new(folder, phase="recorded") == 0
    assert read_yaml(folder / "hn_new" / "source.yml")["feeds"]["deals"]["phase"] == "recorded"


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"<html></html>", "T5811"), (b'{"code": 500, "data": null}', "T5812"), (b'{"data": {"list": []}}', "T5812")],
)
def test_an_answer_of_which_nothing_can_be_drafted_is_told(body: bytes, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        layout(body)
    assert refusal.value.code == code


def test_without_a_saved_answer_one_is_requested_under_the_guard_of_a_poll(client: HttpClient) -> None:
    trial = Trial(client, lambda: datetime.now(CHINA), str, lambda seconds: None)
    with a_platform(lambda path, query, number: (200, JSON, answer(deals(2)))) as platform:
        here = WANTED._replace(base=platform.base)
        assert fetched(here, trial, synthetic=True) == answer(deals(2))
        assert (platform.requests, len(platform.asked_robots)) == ([("/api/deals", {})], 1)
        with pytest.raises(Failure, match="127.0.0.1"):
            fetched(here, trial)
        assert len(platform.requests) == 1
