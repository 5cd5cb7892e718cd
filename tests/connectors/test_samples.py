"""``tongda sources check``: where a sample and its definition do not agree, with a code and what to mend."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from connectors.commands.samples import Sample, checked, refused
from ops.cli import main
from ops.settings import ROOT
from ops.sources import load_source
from schemas.errors import Misconfigured
from schemas.kinds.supply import Supply
from schemas.source.parts import Expect

DEFINITIONS = ROOT / "connectors" / "sources"
AT = "hn_ip_service/source.yml, feeds/supply: "


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good definition and its samples."""
    shutil.copytree(DEFINITIONS / "hn_ip_service", tmp_path / "hn_ip_service")
    return tmp_path


def supply(folder: Path, before: str = "", after: str = "") -> Sample:
    """What is said of the feed ``supply`` once the definition is changed."""
    file = folder / "hn_ip_service" / "source.yml"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    found = list(checked(folder, load_source(file)))
    assert [one for one in found if not one.clean and one.feed != "supply"] == []
    return next(one for one in found if one.feed == "supply")


def test_what_agrees_is_clean_and_has_neither_code_nor_step(folder: Path) -> None:
    found = supply(folder)
    assert (found.clean, found.code, found.next_step) == (True, "", "")


def test_a_feed_without_a_sample_is_told(folder: Path) -> None:
    (folder / "hn_ip_service" / "samples" / "supply.json").unlink()
    step = "save an answer of the platform as hn_ip_service/samples/supply.json (or .html, .xlsx, .zip)"
    assert supply(folder) == Sample("hn_ip_service", "supply", "-", error="has no sample", code="T3016", next_step=step)


def test_a_misspelt_optional_column_is_told_with_the_one_that_was_meant(folder: Path) -> None:
    found = supply(folder, "stage: 成熟度", "stage: 成熟渡")
    assert (found.absent, found.unclaimed) == ("成熟渡; did you mean 成熟度?", "成熟度 2")
    assert (found.code, found.next_step) == ("T3016", f"{AT}correct the name, or add a sample that has the column")


def test_a_column_that_is_dropped_although_no_sample_has_it_is_told(folder: Path) -> None:
    found = supply(folder, "drop: [", "drop: [传真号码, ")
    assert (found.absent, found.unclaimed, found.code) == ("传真号码", "", "T3016")


def test_of_several_columns_for_one_field_one_is_enough(folder: Path) -> None:
    assert supply(folder, "stage: 成熟度", "stage: [成熟度, 技术成熟度]").clean


def test_a_refused_row_has_the_code_of_a_refused_record(folder: Path) -> None:
    sample = folder / "hn_ip_service" / "samples" / "supply.json"
    sample.write_text(sample.read_text(encoding="utf-8").replace("小试", "半试"), encoding="utf-8")
    found = supply(folder)
    assert (found.rejected, found.code) == ("word_unknown 1", "T6001")
    assert found.refusal == "S000001: '半试' is no known word for stage; accepted: 实验室, 小试, 中试, 量产"
    assert found.next_step == (
        f"{AT}units, values, split or patches, where they are wrong; a row that is wrong at the platform becomes a dead letter;"
        " rules: docs/domain.md"
    )


def test_the_table_has_the_beginning_of_an_error_and_below_it_the_whole_with_the_next_step(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "hn_ip_service" / "source.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("    fields:", "    filds:", 1), encoding="utf-8")
    monkeypatch.setenv("TONGDA_SOURCES", str(folder))
    monkeypatch.setenv("TONGDA_HOME", str(folder / "home"))
    monkeypatch.setenv("TONGDA_LANG", "en")
    with pytest.raises(SystemExit) as ended:
        main(["sources", "check", "hn_ip_service"])
    assert ended.value.code == 5
    heading, row, blank, name, error, step = capsys.readouterr().out.splitlines()
    assert heading.split()[-4:] == ["错误", "error", "代码", "code"]
    assert row.split("  ")[-2] == "line 27: feeds/supply/filds: no such ke…" and row.endswith("T3011")
    assert (blank, name) == ("", "hn_ip_service source.yml: T3011")
    assert error.startswith(
        f"  {file}: line 27: feeds/supply/filds: no such key; did you mean fields?; accepted: kind, "
    )
    assert step == f"  next  line 27 of {file}: write fields; then tongda sources check hn_ip_service"


def test_a_kind_whose_statements_are_about_nobody_that_could_be_found_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Supply, "subjects", lambda self: ("auction:201210464170.6",))
    found = supply(folder)
    assert (found.error, found.code) == (
        "kind supply: subjects: 'auction' is no class of subjects; accepted: patent, contract, party",
        "T3018",
    )
    assert (
        found.next_step == "correct subjects in schemas/kinds/supply.py; the functions of schemas/subjects.py make one"
    )
    for subjects, why in (
        ((), "are none"),
        (("patent:",), "'patent:' names nobody"),
        (("party:x", "contarct:1"), "contract?"),
    ):
        monkeypatch.setattr(Supply, "subjects", lambda self, given=subjects: given)
        assert why in supply(folder).error


def test_a_feed_that_says_nothing_of_what_it_expects_is_told(folder: Path) -> None:
    file = folder / "hn_ip_service" / "source.yml"
    source = load_source(file)
    silent = source.model_copy(
        update={"feeds": {"supply": source.feeds["supply"].model_copy(update={"expect": Expect()})}}
    )
    first = next(iter(checked(folder, silent)))
    assert (first.sample, first.code) == ("source.yml", "T3016")
    assert first.next_step == f"{AT}expect: {{fill: {{FIELD: 0.9}}}}"


def test_a_sample_of_no_feed_is_told_with_the_feed_that_was_meant(folder: Path) -> None:
    samples = folder / "hn_ip_service" / "samples"
    shutil.copy(samples / "supply.json", samples / "suply.json")
    stray = list(checked(folder, load_source(folder / "hn_ip_service" / "source.yml")))[-1]
    assert (stray.feed, stray.code) == ("suply", "T3016")
    assert stray.error.startswith("is of no feed; feeds: supply, ") and stray.error.endswith("; did you mean supply?")


def test_an_answer_that_cannot_be_read_has_the_code_of_its_failure(folder: Path) -> None:
    sample = folder / "hn_ip_service" / "samples" / "supply.json"
    sample.write_text("{", encoding="utf-8")
    found = supply(folder)
    assert (found.code, found.next_step) == (
        "T6001",
        f"{sample}: save the answer as the platform gives it, or correct how it is read",
    )


def test_a_refused_definition_has_its_code_and_the_file_to_correct() -> None:
    found = refused(
        "hn_x", Misconfigured("line 2: name: is missing", code="T3011", next_step="tongda sources check hn_x")
    )
    assert (found.code, found.next_step, found.clean) == ("T3011", "tongda sources check hn_x", False)
